#include "annex/util/deadlines.h"

#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <vector>

#include "annex/util/manual_clock.h"

using annex::util::Deadlines;
using annex::util::ManualClock;
using std::chrono::seconds;

TEST_CASE("deadlines come in their order once the clock has passed them") {
  ManualClock clock;
  Deadlines deadlines(clock);
  std::vector<int> order;
  std::promise<void> last;
  deadlines.add(clock.now() + seconds(20), [&] { order.push_back(2); });
  deadlines.add(clock.now() + seconds(30), [&] {
    order.push_back(3);
    last.set_value();
  });
  deadlines.add(clock.now() + seconds(10), [&] { order.push_back(1); });
  clock.advance(seconds(30));
  last.get_future().wait();
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("one that is removed does not come, and what it owned goes") {
  ManualClock clock;
  Deadlines deadlines(clock);
  auto owned = std::make_shared<int>(0);
  std::promise<void> later;
  const auto id = deadlines.add(clock.now() + seconds(1), [owned] { ++*owned; });
  deadlines.add(clock.now() + seconds(2), [&] { later.set_value(); });
  CHECK(owned.use_count() == 2);
  deadlines.remove(id);
  CHECK(owned.use_count() == 1);
  clock.advance(seconds(5));
  later.get_future().wait();
  CHECK(*owned == 0);
  deadlines.remove(id);
}

TEST_CASE("an earlier one that comes later is not waited past") {
  ManualClock clock;
  Deadlines deadlines(clock);
  deadlines.add(clock.now() + seconds(1000), [] {});
  std::promise<void> now;
  deadlines.add(clock.now() - seconds(1), [&] { now.set_value(); });
  now.get_future().wait();
}

TEST_CASE("those that come after one that was removed are not waited past, nor forgotten") {
  ManualClock clock;
  Deadlines deadlines(clock);
  for (int i = 0; i < 100; ++i) {
    deadlines.remove(deadlines.add(clock.now() + seconds(1000), [] {}));
    std::promise<void> earlier;
    deadlines.add(clock.now() + seconds(10), [&] { earlier.set_value(); });
    clock.advance(seconds(10));
    earlier.get_future().wait();
    std::promise<void> later;
    deadlines.add(clock.now() + seconds(2000), [&] { later.set_value(); });
    clock.advance(seconds(2000));
    later.get_future().wait();
  }
}

TEST_CASE("those that are left are forgotten") {
  ManualClock clock;
  auto owned = std::make_shared<int>(0);
  {
    Deadlines deadlines(clock);
    deadlines.add(clock.now() + seconds(1), [owned] { ++*owned; });
  }
  clock.advance(seconds(5));
  CHECK(*owned == 0);
  CHECK(owned.use_count() == 1);
}
