#include "annex/util/task.h"

#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

using annex::util::Detached;
using annex::util::Task;

namespace {

/// Something that a coroutine waits for until the test goes on with it.
struct Door {
  bool await_ready() const { return open; }
  void await_suspend(std::coroutine_handle<> who) { waiting = who; }
  void await_resume() const {}
  bool open = false;
  std::coroutine_handle<> waiting = nullptr;
};

Task<int> number(int value) { co_return value; }

Task<std::string> sum(int first, int second) {
  const int one = co_await number(first);
  const int two = co_await number(second);
  co_return std::to_string(one + two);
}

Task<int> throws() {
  throw std::runtime_error("so it is");
  co_return 1;
}

Task<int> through(Door& door, int value) {
  co_await door;
  co_return value;
}

Task<int> deep(int levels) {
  if (levels == 0) co_return 0;
  const int below = co_await deep(levels - 1);
  co_return below + 1;
}

Detached keep(Door& door, std::shared_ptr<int> result) { *result = co_await through(door, 7); }

}  // namespace

TEST_CASE("a task begins when it is awaited, and gives its value") {
  CHECK(number(3).run() == 3);
  CHECK(sum(1, 2).run() == "3");
  CHECK(deep(500).run() == 500);
}

TEST_CASE("a task that nobody awaits does nothing and goes") {
  auto kept = std::make_shared<int>(0);
  {
    auto set = [](std::shared_ptr<int> value) -> Task<int> {
      *value = 1;
      co_return 1;
    };
    const auto task = set(kept);
  }
  CHECK(*kept == 0);
  CHECK(kept.use_count() == 1);
}

TEST_CASE("what a task throws comes out where it is awaited") {
  CHECK_THROWS_WITH(throws().run(), "so it is");
  auto catches = []() -> Task<int> {
    int value = 0;
    try {
      value = co_await throws();
    } catch (const std::runtime_error&) {
      value = 5;
    }
    co_return value;
  };
  CHECK(catches().run() == 5);
}

TEST_CASE("a task that waits leaves its thread and goes on where it is called") {
  Door door;
  auto result = std::make_shared<int>(0);
  keep(door, result);
  CHECK(*result == 0);
  REQUIRE(door.waiting);
  std::thread([&door] { door.waiting.resume(); }).join();
  CHECK(*result == 7);
  CHECK(result.use_count() == 1);
}

TEST_CASE("what need not wait runs to its end at once") {
  Door door;
  door.open = true;
  auto result = std::make_shared<int>(0);
  keep(door, result);
  CHECK(*result == 7);
  CHECK(through(door, 4).run() == 4);
}
