#include "annex/util/clock.h"

#include <catch2/catch.hpp>

#include "annex/util/manual_clock.h"

using namespace std::chrono_literals;
using annex::util::ManualClock;
using annex::util::RealClock;

TEST_CASE("the real clock's time never goes back") {
  const RealClock clock;
  const auto first = clock.now();
  CHECK(clock.now() >= first);
}

TEST_CASE("the real clock's civil time is the machine's") {
  const RealClock clock;
  const auto before = std::chrono::system_clock::now();
  const auto now = clock.wall_now();
  CHECK(now >= before);
  CHECK(now <= std::chrono::system_clock::now());
}

TEST_CASE("a manual clock stands still at a known point") {
  const ManualClock clock;
  CHECK(clock.now() == clock.now());
  CHECK(clock.now().time_since_epoch() == 1h);
  CHECK(clock.wall_now().time_since_epoch() == 1767323045s);
}

TEST_CASE("advancing a manual clock moves both times") {
  ManualClock clock;
  const auto now = clock.now();
  const auto wall = clock.wall_now();
  clock.advance(90s);
  CHECK(clock.now() - now == 90s);
  CHECK(clock.wall_now() - wall == 90s);
}

TEST_CASE("civil time may be set back without the steady time noticing") {
  ManualClock clock;
  const auto now = clock.now();
  clock.set_wall(clock.wall_now() - 24h);
  CHECK(clock.now() == now);
  CHECK(clock.wall_now().time_since_epoch() == 1767323045s - 24h);
}

TEST_CASE("who sleeps by a manual clock is told of each jump, until the subscription dies") {
  ManualClock clock;
  int jumps = 0;
  auto subscription = clock.on_jump([&] { ++jumps; });
  clock.advance(1s);
  clock.set_wall(clock.wall_now() + 1s);
  CHECK(jumps == 2);
  subscription.reset();
  clock.advance(1s);
  CHECK(jumps == 2);
  CHECK(RealClock().on_jump([] {}) == nullptr);
}
