#include "registry/past.h"

#include <optional>

#include "annex/util/mutex.h"

namespace annex::registry {
namespace {

using storage::Event;
using storage::Revision;
using storage::StoreError;
using storage::StoreResult;

/// What the values of a past may take in memory.
constexpr std::size_t kMaxBytes = 128U << 20U;

/// Collects from a watch until it has come to where the past ends.
class Collector final : public storage::WatchSink {
 public:
  explicit Collector(const PastSpan& span) : span_(span) {}

  void on_events(std::span<const Event> events) override {
    util::MutexLock lock(mutex_);
    for (const Event& event : events) {
      if (done_ || event.revision > span_.until) break;
      bytes_ += event.key.size() + event.value.size();
      if (events_.size() == span_.limit || bytes_ > kMaxBytes) {
        finish(StoreError{StoreError::Code::kTooOld,
                          "more changes followed revision " + std::to_string(span_.after) +
                              " than a watch can begin with",
                          {}});
        return;
      }
      events_.push_back(event);
    }
    if (!events.empty() && events.back().revision >= span_.until) finish({});
  }

  void on_progress(Revision revision) override {
    util::MutexLock lock(mutex_);
    if (revision >= span_.until) finish({});
  }

  void on_end(const StoreError& why) override {
    util::MutexLock lock(mutex_);
    finish(why);
  }

  StoreResult<std::vector<Event>> wait(util::Duration limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    util::MutexLock lock(mutex_);
    while (!done_) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= util::Duration::zero()) {
        return StoreError{StoreError::Code::kUnavailable, "the store's history does not come", {}};
      }
      changed_.wait_for(mutex_, left);
    }
    if (failed_) return *failed_;
    return std::move(events_);
  }

 private:
  void finish(std::optional<StoreError> why) ANNEX_REQUIRES(mutex_) {
    if (done_) return;
    done_ = true;
    failed_ = std::move(why);
    changed_.notify_all();
  }

  const PastSpan span_;
  util::Mutex mutex_;
  util::CondVar changed_;
  std::vector<Event> events_ ANNEX_GUARDED_BY(mutex_);
  std::size_t bytes_ ANNEX_GUARDED_BY(mutex_) = 0;
  bool done_ ANNEX_GUARDED_BY(mutex_) = false;
  std::optional<StoreError> failed_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace

StoreResult<std::vector<Event>> read_past(storage::Store& store, const std::string& prefix,
                                          const PastSpan& span, util::Duration wait) {
  Collector collector(span);
  auto watch = store.watch(prefix, span.after, collector);
  if (!watch) return std::move(watch).error();
  (*watch)->request_progress();
  return collector.wait(wait);
}

}  // namespace annex::registry
