#include <atomic>
#include <unordered_map>
#include <utility>

#include "annex/registry/backend.h"
#include "registry/answer.h"
#include "registry/poller.h"
#include "registry/stored_backend.h"
#include "registry/virtual_backend.h"

namespace annex::registry {

/// One watch of the store for all resources, so that a write to any of them moves the revision of
/// every cache on: a read of the most recent state never waits for a resource that is silent.
class Backends::Impl final : public storage::WatchSink {
 public:
  Impl(const Registry& registry, storage::Store& store, util::Clock& clock, util::Logger& logger,
       const BackendOptions& options)
      : store_(store), logger_(logger), prefix_(options.prefix) {
    std::vector<VirtualBackend*> polled;
    for (const auto& resource : registry.resources()) {
      if (resource->answer) {
        answering_.emplace_back(resource.get(), std::make_unique<AnswerBackend>(*resource, clock));
        continue;
      }
      if (resource->source) {
        virtual_.emplace_back(resource.get(),
                              std::make_unique<VirtualBackend>(*resource, clock, logger, options));
        polled.push_back(virtual_.back().second.get());
        continue;
      }
      backends_.emplace_back(
          resource.get(),
          std::make_unique<StoredBackend>(*resource, store, clock, logger, options, follower()));
      by_prefix_.emplace(backends_.back().second->prefix(), backends_.back().second.get());
    }
    poller_ = std::make_unique<Poller>(std::move(polled), clock);
  }

  Result<void> start() {
    for (auto& entry : virtual_) entry.second->start();
    poller_->start();
    util::MutexLock lock(mutex_);
    return follow();
  }

  Result<void> mend() {
    if (hold_.load(std::memory_order_acquire) == Hold::kFollowing) return {};
    util::MutexLock lock(mutex_);
    if (stopped_ || hold_.load(std::memory_order_acquire) == Hold::kFollowing) return {};
    logger_.info("following the store again");
    return follow();
  }

  void stop() {
    poller_->stop();
    for (auto& entry : virtual_) entry.second->stop();
    std::unique_ptr<storage::Watch> watch;
    {
      util::MutexLock lock(mutex_);
      stopped_ = true;
      watch = std::move(watch_);
    }
    watch.reset();
    for (auto& entry : backends_) entry.second->cache()->stop();
  }

  Backend* find(const Resource& resource) const {
    for (const auto& entry : backends_) {
      if (entry.first == &resource) return entry.second.get();
    }
    for (const auto& entry : virtual_) {
      if (entry.first == &resource) return entry.second.get();
    }
    for (const auto& entry : answering_) {
      if (entry.first == &resource) return entry.second.get();
    }
    return nullptr;
  }

  void on_events(std::span<const storage::Event> events) override {
    std::unordered_map<StoredBackend*, std::vector<CacheEventPtr>> batches;
    for (const storage::Event& event : events) {
      StoredBackend* backend = find_by_key(event.key);
      if (backend == nullptr) continue;
      auto& batch = batches[backend];
      const std::string key = event.key.substr(backend->prefix().size());
      ItemPtr previous;
      bool known = event.is_create();  // nothing was there
      for (auto it = batch.rbegin(); it != batch.rend() && !known; ++it) {
        const ItemPtr& shown = (*it)->current() ? (*it)->current() : (*it)->previous();
        if (shown->key != key) continue;
        known = true;
        previous = (*it)->current();
      }
      if (!known) previous = backend->cache()->get(key);
      if (CacheEventPtr made = backend->make_event(event, std::move(previous))) {
        batch.push_back(std::move(made));
      }
    }
    for (auto& batch : batches) batch.first->cache()->append(std::move(batch.second));
    if (!events.empty()) on_progress(events.back().revision);
  }

  void on_progress(storage::Revision revision) override {
    for (auto& entry : backends_) entry.second->cache()->progress(revision);
  }

  void on_end(const storage::StoreError& why) override {
    logger_.warning("the store's watch ended", {{"err", why.message}});
    const bool may_go_on = why.code == storage::StoreError::Code::kUnavailable;
    hold_.store(may_go_on ? Hold::kInterrupted : Hold::kLost, std::memory_order_release);
  }

 private:
  /// How the caches stand to the store.
  enum class Hold {
    kFollowing,
    kInterrupted,  ///< they show its past: a new watch may go on from there
    kLost,         ///< they have to be filled anew
  };

  StoreFollower follower() {
    return {[this] { return mend(); },
            [this] {
              util::MutexLock lock(mutex_);
              if (watch_) watch_->request_progress();
            }};
  }

  Result<void> follow() ANNEX_REQUIRES(mutex_) {
    watch_.reset();
    if (hold_.load(std::memory_order_acquire) == Hold::kInterrupted && epoch_ == store_.epoch() &&
        !backends_.empty()) {
      // The caches' revisions are the same, as no call of the last watch's is under way.
      const auto begun = begin_watch(backends_.front().second->cache()->revision());
      if (begun) return {};
      if (begun.error().code == storage::StoreError::Code::kUnavailable) {
        return unwatched(begun.error());
      }
    }
    hold_.store(Hold::kLost, std::memory_order_release);
    epoch_ = store_.epoch();
    auto revision = store_.current_revision();
    if (!revision)
      return Error::unavailable("the store cannot be reached: " + revision.error().message);
    for (auto& entry : backends_) {
      if (auto done = entry.second->fill(*revision); !done) return done;
    }
    const auto begun = begin_watch(*revision);
    if (!begun) return unwatched(begun.error());
    return {};
  }

  static Error unwatched(const storage::StoreError& why) {
    return Error::unavailable("the store cannot be watched: " + why.message);
  }

  storage::StoreResult<void> begin_watch(storage::Revision after) ANNEX_REQUIRES(mutex_) {
    const Hold before = hold_.exchange(Hold::kFollowing, std::memory_order_acq_rel);
    auto watch = store_.watch(prefix_, after, *this);
    if (!watch) {
      hold_.store(before, std::memory_order_release);
      return std::move(watch).error();
    }
    watch_ = std::move(*watch);
    return {};
  }

  StoredBackend* find_by_key(const std::string& key) const {
    std::size_t slash = key.find('/', prefix_.size());
    if (slash != std::string::npos) slash = key.find('/', slash + 1);
    if (slash == std::string::npos) return nullptr;
    const auto found = by_prefix_.find(key.substr(0, slash + 1));
    return found == by_prefix_.end() ? nullptr : found->second;
  }

  storage::Store& store_;
  util::Logger& logger_;
  const std::string prefix_;
  std::vector<std::pair<const Resource*, std::unique_ptr<StoredBackend>>> backends_;
  std::unordered_map<std::string, StoredBackend*> by_prefix_;
  std::vector<std::pair<const Resource*, std::unique_ptr<VirtualBackend>>> virtual_;
  std::vector<std::pair<const Resource*, std::unique_ptr<AnswerBackend>>> answering_;
  std::unique_ptr<Poller> poller_;
  std::atomic<Hold> hold_{Hold::kLost};
  util::Mutex mutex_;
  std::uint64_t epoch_ ANNEX_GUARDED_BY(mutex_) = 0;  // of what the caches were filled with
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
  std::unique_ptr<storage::Watch> watch_ ANNEX_GUARDED_BY(mutex_);
};

Backends::Backends(const Registry& registry, storage::Store& store, util::Clock& clock,
                   util::Logger& logger, const BackendOptions& options)
    : impl_(std::make_unique<Impl>(registry, store, clock, logger, options)) {}

Backends::~Backends() { stop(); }

Result<void> Backends::start() { return impl_->start(); }

Result<void> Backends::mend() { return impl_->mend(); }

void Backends::stop() { impl_->stop(); }

Backend* Backends::find(const Resource& resource) const { return impl_->find(resource); }

}  // namespace annex::registry
