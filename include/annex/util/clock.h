// Time as a value that is passed in, so that nothing in annex has to sleep to be tested.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace annex::util {

using Duration = std::chrono::nanoseconds;
/// A point on the clock that never goes back: deadlines, ages, back-off.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// A point of civil time in UTC: what objects and logs carry.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Tells both times. Owned by whoever assembles the program and outlives all that it is passed to.
/// Any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// Never goes back: for limits.
  virtual TimePoint now() const = 0;
  /// The date, which may be set.
  virtual WallTime wall_now() const = 0;

  /// Calls `jumped` whenever the time has been moved by hand, on the thread that moved it, until
  /// the subscription dies: whoever sleeps by the machine's time looks again then. `jumped` must
  /// not call the clock. Null from a clock that only runs.
  virtual std::shared_ptr<void> on_jump(std::function<void()> jumped);
};

/// The machine's clocks.
class RealClock final : public Clock {
 public:
  TimePoint now() const override;
  /// As above.
  WallTime wall_now() const override;
};

}  // namespace annex::util
