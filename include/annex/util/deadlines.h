// Deadlines: what is to happen unless something else happens first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "annex/util/clock.h"
#include "annex/util/mutex.h"

namespace annex::util {

/// Calls functions when their time has come, on a thread of its own, which it starts when it is
/// first needed. Owned by the server. Any thread.
class Deadlines {
 public:
  /// Names a deadline.
  using Id = std::pair<TimePoint, std::uint64_t>;

  /// The clock outlives it.
  explicit Deadlines(Clock& clock);
  /// Forgets those that are left.
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// `expired` must neither block nor throw.
  Id add(TimePoint when, std::function<void()> expired);
  /// Nothing if it is over; its function may just be running.
  void remove(const Id& id);

 private:
  void run();

  Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  std::map<Id, std::function<void()>> waiting_ ANNEX_GUARDED_BY(mutex_);
  std::uint64_t next_ ANNEX_GUARDED_BY(mutex_) = 0;
  /// The thread looks then at the latest: that may be the time of one that was removed.
  TimePoint looks_ ANNEX_GUARDED_BY(mutex_) = TimePoint::max();
  bool stopping_ ANNEX_GUARDED_BY(mutex_) = false;
  std::thread thread_ ANNEX_GUARDED_BY(mutex_);
  std::shared_ptr<void> jumps_{};
};

}  // namespace annex::util
