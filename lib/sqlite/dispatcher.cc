#include "sqlite/dispatcher.h"

#include <algorithm>
#include <utility>

namespace annex::sqlite {
namespace {

using storage::Event;

constexpr std::size_t kWaitingBytes = 8U << 20U;
/// Changes that are read from the file at once.
constexpr std::size_t kReadChanges = 256;

bool has_prefix(const std::string& key, const std::string& prefix) {
  return key.compare(0, prefix.size(), prefix) == 0;
}

std::size_t size_of(const Event& event) {
  return sizeof(Event) + event.key.size() + event.value.size() + event.previous.size();
}

}  // namespace

class Dispatcher::Handle final : public storage::Watch {
 public:
  Handle(Dispatcher& dispatcher, std::shared_ptr<Watcher> watcher)
      : dispatcher_(dispatcher), watcher_(std::move(watcher)) {}
  ~Handle() override { dispatcher_.end(watcher_); }
  void request_progress() override { dispatcher_.request_progress(*watcher_); }

 private:
  Dispatcher& dispatcher_;
  const std::shared_ptr<Watcher> watcher_;
};

Dispatcher::Dispatcher(Read read, Revision newest) : read_(std::move(read)), published_(newest) {
  thread_ = std::thread([this] { run(); });
}

Dispatcher::~Dispatcher() {
  {
    util::MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Dispatcher::publish(std::vector<Event> events) {
  if (events.empty()) return;
  {
    util::MutexLock lock(mutex_);
    const Revision from = std::exchange(published_, events.back().revision);
    if (watchers_.empty()) return;
    for (const Event& event : events) waiting_bytes_ += size_of(event);
    if (waiting_bytes_ > kWaitingBytes) {
      // The watchers are behind now, and read what they miss from the file.
      batches_.clear();
      waiting_bytes_ = 0;
      work_ = true;
    } else {
      batches_.push_back({from, published_, std::move(events)});
    }
  }
  // Whoever wakes finds the mutex free.
  changed_.notify_one();
}

std::unique_ptr<storage::Watch> Dispatcher::watch(const std::string& prefix, Revision after,
                                                  storage::WatchSink& sink) {
  auto watcher = std::make_shared<Watcher>(prefix, sink, after);
  {
    util::MutexLock lock(mutex_);
    watchers_.push_back(watcher);
    work_ = true;
    changed_.notify_one();
  }
  return std::make_unique<Handle>(*this, std::move(watcher));
}

void Dispatcher::request_progress(Watcher& watcher) {
  util::MutexLock lock(mutex_);
  watcher.asked = published_;
  work_ = true;
  changed_.notify_one();
}

void Dispatcher::end(const std::shared_ptr<Watcher>& watcher) {
  {
    util::MutexLock lock(mutex_);
    std::erase(watchers_, watcher);
  }
  util::MutexLock lock(watcher->mutex);
  watcher->ended = true;
}

void Dispatcher::run() {
  std::vector<std::pair<std::shared_ptr<Watcher>, Revision>> turn;
  mutex_.lock();
  while (!stopping_) {
    if (batches_.empty() && !work_) {
      changed_.wait(mutex_);
      continue;
    }
    work_ = false;
    std::optional<Batch> batch;
    if (!batches_.empty()) {
      batch = std::move(batches_.front());
      batches_.pop_front();
      for (const Event& event : batch->events) waiting_bytes_ -= size_of(event);
    }
    for (const auto& watcher : watchers_) {
      turn.emplace_back(watcher, std::exchange(watcher->asked, 0));
    }
    const Revision published = published_;
    mutex_.unlock();
    bool behind = false;
    std::vector<Watcher*> still_asking;
    for (auto& [watcher, asked] : turn) {
      const bool is_behind = serve(*watcher, batch ? &*batch : nullptr, published, asked);
      behind = behind || is_behind;
      if (is_behind && asked != 0) still_asking.push_back(watcher.get());
    }
    mutex_.lock();
    for (Watcher* watcher : still_asking) {
      if (watcher->asked == 0) watcher->asked = published;
    }
    work_ = work_ || behind;
    mutex_.unlock();
    turn.clear();  // may be what ends a watcher's life: not under the lock
    mutex_.lock();
  }
  mutex_.unlock();
}

bool Dispatcher::serve(Watcher& watcher, const Batch* batch, Revision published, Revision asked) {
  util::MutexLock lock(watcher.mutex);
  if (watcher.ended) return false;
  if (batch != nullptr && watcher.position >= batch->from) hand_out(watcher, *batch);
  if (watcher.position < (batch != nullptr ? batch->to : published)) catch_up(watcher);
  if (watcher.ended) return false;
  if (asked != 0 && watcher.position >= asked) watcher.sink.on_progress(watcher.position);
  return watcher.position < asked || watcher.position < (batch != nullptr ? batch->to : published);
}

void Dispatcher::hand_out(Watcher& watcher, const Batch& batch) {
  const auto is_own = [after = watcher.position, &prefix = watcher.prefix](const Event& event) {
    return event.revision > after && has_prefix(event.key, prefix);
  };
  // Its own ones that follow one another are shown where they are: mostly that is all of them.
  auto begin = batch.events.begin();
  while (true) {
    begin = std::find_if(begin, batch.events.end(), is_own);
    if (begin == batch.events.end()) break;
    const auto end = std::find_if_not(begin, batch.events.end(), is_own);
    watcher.sink.on_events({begin, end});
    begin = end;
  }
  watcher.position = std::max(watcher.position, batch.to);
}

void Dispatcher::catch_up(Watcher& watcher) {
  auto missed = read_(watcher.prefix, watcher.position, kReadChanges);
  if (!missed) {
    watcher.ended = true;
    watcher.sink.on_end(missed.error());
    return;
  }
  if (!missed->events.empty()) watcher.sink.on_events(missed->events);
  watcher.position = std::max(watcher.position, missed->reached);
}

}  // namespace annex::sqlite
