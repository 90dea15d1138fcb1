// Writes that wait for their store without a thread.
#include <catch2/catch.hpp>
#include <future>
#include <optional>

#include "annex/registry/writes.h"
#include "annex/storage/memory.h"
#include "annex/util/executor.h"
#include "annex/util/manual_clock.h"
#include "tests/registry/held_store.h"
#include "tests/registry/thing.h"

using namespace annex;
using namespace annex::registry;

namespace {

/// The place of one task at a worker.
class Place final : public util::Waiting {
 public:
  Place(util::Executor& executor, util::Deadlines& deadlines)
      : executor_(executor), deadlines_(deadlines) {}
  void suspend() override {
    ++suspended;
    executor_.suspend();
  }
  void resume(std::function<void()> rest) override { executor_.resume(std::move(rest)); }
  util::Deadlines& deadlines() override { return deadlines_; }

  int suspended = 0;

 private:
  util::Executor& executor_;
  util::Deadlines& deadlines_;
};

json::Value small_thing(const std::string& name, const std::string& size) {
  return json::Object{{"metadata", json::Object{{"name", name}}}, {"size", size}};
}

/// Adds a letter to the size.
class Grow final : public Transform {
 public:
  Result<json::Value> apply(const json::Value* live) override {
    json::Value grown = *live;
    grown.as_object().set("size", live->at_string({"size"}) + "x");
    ++rounds;
    return grown;
  }
  int rounds = 0;
};

/// One worker before a store that holds commits back.
struct World {
  World() {
    Resource resource = test::thing("things");
    resource.scope = Scope::kCluster;
    REQUIRE(registry.add(std::move(resource)));
    backends.emplace(registry, store, clock, logger, BackendOptions{});
    REQUIRE(backends->start());
  }
  ~World() { worker.close(); }

  const Resource& resource() { return *registry.find("g.io", "v1", "things"); }
  Backend& backend() { return *backends->find(resource()); }
  Writes writes() { return {resource(), backend(), clock, random}; }
  WriteRequest request(const std::string& name, util::Waiting* waiting) {
    WriteRequest request;
    request.key = {"", name};
    request.deadline = clock.now() + std::chrono::seconds(34);
    request.waiting = waiting;
    return request;
  }
  void create_at_once(const std::string& name) {
    WriteRequest wanted = request(name, nullptr);
    REQUIRE(writes().create(wanted, small_thing(name, "s")).run());
  }
  util::Detached create(std::string name, std::promise<Result<Written>>& result) {
    Place place(worker, deadlines);
    WriteRequest wanted = request(name, &place);
    const Writes own = writes();
    auto written = co_await own.create(wanted, small_thing(name, "s"));
    result.set_value(std::move(written));
  }
  util::Detached grow(std::string name, Grow& transform, std::promise<Result<Written>>& result) {
    Place place(worker, deadlines);
    WriteRequest wanted = request(name, &place);
    const Writes own = writes();
    auto written = co_await own.update(wanted, transform, false);
    result.set_value(std::move(written));
  }
  util::Detached remove(std::string name, std::promise<Result<Removed>>& result) {
    Place place(worker, deadlines);
    WriteRequest wanted = request(name, &place);
    const RemoveOptions options;
    const Writes own = writes();
    auto removed = co_await own.remove(wanted, options);
    result.set_value(std::move(removed));
  }
  /// Has the worker do it, and waits until it has let go of that.
  void work(const std::function<void()>& task) {
    std::promise<void> left;
    REQUIRE(worker.try_post([&] {
      task();
      left.set_value();
    }));
    left.get_future().wait();
  }
  std::string size(const std::string& name) {
    const auto item = backend().get({"", name}, {});
    REQUIRE(item);
    if (!*item) return "none";
    return backend().codec().hub(**item)->at_string({"size"});
  }

  util::ManualClock clock{};
  util::SeededRandom random{1};
  util::NullLogger logger{};
  std::shared_ptr<test::Hold> hold = std::make_shared<test::Hold>();
  test::HeldStore store{storage::make_memory_store({}, clock, random), hold};
  Registry registry{};
  std::optional<Backends> backends{};
  util::Deadlines deadlines{clock};
  util::Executor worker{{.name = "worker", .threads = 1, .queue = 100}};
};

}  // namespace

TEST_CASE("many writes wait for their store at once, with one thread") {
  World world;
  world.hold->close();
  std::array<std::promise<Result<Written>>, 20> created;
  for (std::size_t i = 0; i < created.size(); ++i) {
    world.work([&, i] { world.create("t" + std::to_string(i), created.at(i)); });
  }
  CHECK(world.hold->wait_for(created.size()));
  world.hold->release();
  for (auto& each : created) {
    const auto written = each.get_future().get();
    REQUIRE(written);
    CHECK(written->created);
    CHECK(written->item->revision != 0);
  }
  CHECK(world.size("t19") == "s");
}

TEST_CASE("a write that its store answers at once never leaves its thread") {
  World world;
  Place place(world.worker, world.deadlines);
  WriteRequest wanted = world.request("a", &place);
  CHECK(world.writes().create(wanted, small_thing("a", "s")).run());
  CHECK(place.suspended == 0);
}

TEST_CASE("a write ends at its deadline, and a late answer is heard by nobody") {
  World world;
  world.hold->close();
  std::promise<Result<Written>> result;
  world.work([&] { world.create("a", result); });
  world.clock.advance(std::chrono::seconds(33));
  auto future = result.get_future();
  world.work([] {});
  CHECK(future.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  world.clock.advance(std::chrono::seconds(2));
  const auto written = future.get();
  REQUIRE_FALSE(written);
  CHECK(written.error().reason == Reason::kTimeout);
  CHECK(written.error().message ==
        "Timeout: request did not complete within requested timeout - context deadline exceeded");
  world.hold->release();
  CHECK(world.size("a") == "s");
}

TEST_CASE("an update that lost the race after it waited begins again") {
  World world;
  world.create_at_once("a");
  world.hold->close();
  Grow first;
  Grow second;
  std::promise<Result<Written>> one;
  std::promise<Result<Written>> other;
  world.work([&] { world.grow("a", first, one); });
  world.work([&] { world.grow("a", second, other); });
  REQUIRE(world.hold->wait_for(2));
  world.hold->release();
  CHECK(one.get_future().get());
  CHECK(other.get_future().get());
  CHECK(first.rounds == 1);
  CHECK(second.rounds == 2);
  CHECK(world.size("a") == "sxx");
}

TEST_CASE("a deletion waits without a thread, too") {
  World world;
  world.create_at_once("a");
  world.hold->close();
  std::promise<Result<Removed>> result;
  world.work([&] { world.remove("a", result); });
  REQUIRE(world.hold->wait_for(1));
  world.work([] {});
  world.hold->release();
  const auto removed = result.get_future().get();
  REQUIRE(removed);
  CHECK(removed->gone);
  CHECK(world.size("a") == "none");
}
