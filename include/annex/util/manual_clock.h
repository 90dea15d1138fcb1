// A clock for tests: it stands still until it is told.
#pragma once

#include <atomic>
#include <map>

#include "annex/util/clock.h"
#include "annex/util/mutex.h"

namespace annex::util {

/// Starts at 2026-01-02T03:04:05Z (and one hour on the steady side). Any thread.
class ManualClock final : public Clock {
 public:
  ManualClock();

  TimePoint now() const override;
  /// As above.
  WallTime wall_now() const override;

  /// Moves both times on. Requires: `by` is not negative.
  void advance(Duration by);
  /// Moves civil time alone, in either direction, as an administrator would.
  void set_wall(WallTime to);
  /// The subscription must die before the clock.
  std::shared_ptr<void> on_jump(std::function<void()> jumped) override;

 private:
  void tell();

  std::atomic<Duration::rep> steady_;
  std::atomic<Duration::rep> wall_;
  Mutex mutex_;
  std::map<int, std::function<void()>> listeners_ ANNEX_GUARDED_BY(mutex_);
  int next_ ANNEX_GUARDED_BY(mutex_) = 0;
};

}  // namespace annex::util
