#include "annex/util/clock.h"

#include "annex/util/manual_clock.h"

namespace annex::util {
namespace {
// 2026-01-02T03:04:05Z
constexpr Duration kWallStart = std::chrono::seconds(1767323045);
constexpr Duration kSteadyStart = std::chrono::hours(1);
}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): clocks that can jump keep the function.
std::shared_ptr<void> Clock::on_jump(std::function<void()>) { return nullptr; }

TimePoint RealClock::now() const { return std::chrono::steady_clock::now(); }

WallTime RealClock::wall_now() const { return std::chrono::system_clock::now(); }

ManualClock::ManualClock() : steady_(kSteadyStart.count()), wall_(kWallStart.count()) {}

TimePoint ManualClock::now() const { return TimePoint(Duration(steady_.load())); }

WallTime ManualClock::wall_now() const { return WallTime(Duration(wall_.load())); }

void ManualClock::advance(Duration by) {
  steady_ += by.count();
  wall_ += by.count();
  tell();
}

void ManualClock::set_wall(WallTime to) {
  wall_ = to.time_since_epoch().count();
  tell();
}

std::shared_ptr<void> ManualClock::on_jump(std::function<void()> jumped) {
  const MutexLock lock(mutex_);
  const int id = next_++;
  listeners_.emplace(id, std::move(jumped));
  return std::shared_ptr<void>(nullptr, [this, id](void*) {
    const MutexLock unlisten(mutex_);
    listeners_.erase(id);
  });
}

void ManualClock::tell() {
  // Under the lock, so that nobody is called once his subscription is gone.
  const MutexLock lock(mutex_);
  for (const auto& [id, listener] : listeners_) listener();
}

}  // namespace annex::util
