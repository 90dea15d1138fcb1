#include <algorithm>
#include <deque>
#include <vector>

#include "annex/storage/memory.h"
#include "annex/util/mutex.h"
#include "memory_history.h"

namespace annex::storage {
namespace {

/// One watcher and the mutex that keeps its sink's calls one at a time and ends them at its end.
struct Watcher {
  Watcher(std::string watched_prefix, WatchSink& watched_sink)
      : prefix(std::move(watched_prefix)), sink(watched_sink) {}

  const std::string prefix;
  WatchSink& sink;
  util::Mutex mutex;  // held while the sink is called
  bool ended ANNEX_GUARDED_BY(mutex) = false;
};

struct Delivery {
  std::shared_ptr<Watcher> watcher;
  std::vector<Event> events;
  std::optional<Revision> progress;
};

/// Commits are applied under one lock; what they changed is queued under the same lock and
/// delivered in order by whichever thread finds nobody delivering. So sinks are called without that
/// lock and still see the one order. Values whose time is up go when the store is next called.
class MemoryStore final : public Store {
 public:
  MemoryStore(const MemoryOptions& options, const util::Clock& clock, util::Random& random)
      : clock_(clock), epoch_(random.next()), history_(options) {}

  StoreResult<Entry> get(const std::string& key, std::optional<Revision> at) override {
    pass_time();
    util::MutexLock lock(mutex_);
    return history_.get(key, at);
  }

  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    pass_time();
    util::MutexLock lock(mutex_);
    return history_.list(prefix, options);
  }

  void commit(Commit commit, std::function<void(StoreResult<Entry>)> done) override {
    pass_time();
    StoreResult<Event> changed = apply(commit);
    if (!changed) {
      done(std::move(changed).error());
      return;
    }
    deliver();
    const Event& event = *changed;
    const bool is_put = event.type == Event::Type::kPut;
    done(Entry{event.key, is_put ? event.value : event.previous, event.create_revision,
               event.revision});
  }

  StoreResult<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision after,
                                            WatchSink& sink) override;

  StoreResult<Revision> current_revision() override {
    pass_time();
    util::MutexLock lock(mutex_);
    return history_.current();
  }

  StoreResult<void> compact(Revision revision) override {
    pass_time();
    util::MutexLock lock(mutex_);
    return history_.compact(revision);
  }

  std::uint64_t epoch() const override { return epoch_; }
  bool is_exclusive() const override { return true; }

  void request_progress(const std::shared_ptr<Watcher>& watcher) {
    {
      util::MutexLock lock(mutex_);
      queue_.push_back({watcher, {}, history_.current()});
    }
    deliver();
  }

  void end(const std::shared_ptr<Watcher>& watcher) {
    {
      util::MutexLock lock(mutex_);
      std::erase(watchers_, watcher);
    }
    util::MutexLock lock(watcher->mutex);
    watcher->ended = true;
  }

 private:
  StoreResult<Event> apply(const Commit& commit) {
    util::MutexLock lock(mutex_);
    StoreResult<Event> event = history_.commit(commit, clock_.now());
    if (event) queue(*event);
    return event;
  }

  void queue(const Event& event) ANNEX_REQUIRES(mutex_) {
    for (const auto& watcher : watchers_) {
      if (event.key.compare(0, watcher->prefix.size(), watcher->prefix) == 0) {
        queue_.push_back({watcher, {event}, std::nullopt});
      }
    }
  }

  /// Does what the clock has made due since the last call.
  void pass_time() {
    bool ended = false;
    {
      util::MutexLock lock(mutex_);
      const util::TimePoint now = clock_.now();
      while (const std::optional<Event> event = history_.end_one(now)) {
        queue(*event);
        ended = true;
      }
      history_.expire(now);
    }
    if (ended) deliver();
  }

  /// Empties the queue, unless another thread is at it.
  void deliver() {
    mutex_.lock();
    if (delivering_) {
      mutex_.unlock();
      return;
    }
    delivering_ = true;
    while (!queue_.empty()) {
      const Delivery next = std::move(queue_.front());
      queue_.pop_front();
      mutex_.unlock();
      {
        util::MutexLock lock(next.watcher->mutex);
        if (!next.watcher->ended && !next.events.empty()) next.watcher->sink.on_events(next.events);
        if (!next.watcher->ended && next.progress) next.watcher->sink.on_progress(*next.progress);
      }
      mutex_.lock();
    }
    delivering_ = false;
    mutex_.unlock();
  }

  const util::Clock& clock_;
  const std::uint64_t epoch_;
  util::Mutex mutex_;
  MemoryHistory history_ ANNEX_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Watcher>> watchers_ ANNEX_GUARDED_BY(mutex_);
  std::deque<Delivery> queue_ ANNEX_GUARDED_BY(mutex_);
  bool delivering_ ANNEX_GUARDED_BY(mutex_) = false;
};

class MemoryWatch final : public Watch {
 public:
  MemoryWatch(MemoryStore& store, std::shared_ptr<Watcher> watcher)
      : store_(store), watcher_(std::move(watcher)) {}
  ~MemoryWatch() override { store_.end(watcher_); }
  void request_progress() override { store_.request_progress(watcher_); }

 private:
  MemoryStore& store_;
  const std::shared_ptr<Watcher> watcher_;
};

StoreResult<std::unique_ptr<Watch>> MemoryStore::watch(const std::string& prefix, Revision after,
                                                       WatchSink& sink) {
  auto watcher = std::make_shared<Watcher>(prefix, sink);
  pass_time();
  {
    util::MutexLock lock(mutex_);
    StoreResult<std::vector<Event>> missed = history_.changes(prefix, after);
    if (!missed) return std::move(missed).error();
    watchers_.push_back(watcher);
    if (!missed->empty()) queue_.push_back({watcher, std::move(missed).value(), {}});
  }
  deliver();
  return std::unique_ptr<Watch>(std::make_unique<MemoryWatch>(*this, std::move(watcher)));
}

}  // namespace

std::unique_ptr<Store> make_memory_store(const MemoryOptions& options, const util::Clock& clock,
                                         util::Random& random) {
  return std::make_unique<MemoryStore>(options, clock, random);
}

}  // namespace annex::storage
