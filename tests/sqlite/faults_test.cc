// A disk that is full, fails or cannot be written: a clear error, nothing lost, and all is well
// once the disk is.
#include <catch2/catch.hpp>

#include "sqlite/commands.h"
#include "tests/sqlite/faulty_disk.h"
#include "tests/sqlite/store_file.h"

using namespace annex;
using Catch::Contains;
using Code = storage::StoreError::Code;

namespace {

struct World {
  World() { file.options.vfs = disk.vfs(); }

  storage::StoreResult<storage::Entry> create(storage::Store& store, std::size_t bytes = 100) {
    std::string key = "k" + std::to_string(next++);
    auto made = sqlite::put(store, sqlite::create(key, std::string(bytes, 'x')));
    if (made) answered.push_back(std::move(key));
    return made;
  }
  /// What was answered is in the store that is opened now.
  void check_kept(storage::Store& store) {
    for (const std::string& key : answered) {
      INFO(key);
      CHECK(store.get(key, {}));
    }
    CHECK(sqlite::check(file.path()));
  }
  void lose_power_and_check(std::unique_ptr<storage::Store> store) {
    disk.lose_power_after(0);
    CHECK_FALSE(sqlite::put(*store, sqlite::create("last", "x")));
    store.reset();
    disk.bring_power_back();
    check_kept(*file.open());
  }

  sqlite::FaultyDisk disk{1};
  sqlite::StoreFile file{};
  int next = 0;
  std::vector<std::string> answered{};
};

}  // namespace

TEST_CASE("no later revision is read than the store tells to be its newest") {
  World world;
  const auto store = world.file.open();
  int commits = 0;
  world.disk.at_commit([&] {
    ++commits;
    const auto page = store->list("", {});
    REQUIRE(page);
    CHECK(page->entries.size() == static_cast<std::size_t>(commits));
    CHECK(*store->current_revision() == page->revision);
  });
  REQUIRE(world.create(*store));
  REQUIRE(world.create(*store));
  world.disk.at_commit(nullptr);
  CHECK(commits == 2);
}

TEST_CASE("a full disk refuses writes, not reads, until there is room again") {
  World world;
  auto store = world.file.open();
  REQUIRE(world.create(*store));
  const auto before = *store->current_revision();
  world.disk.limit_room(1U << 20U);
  std::optional<storage::StoreError> full;
  for (int i = 0; i < 300 && !full; ++i) {
    if (auto made = world.create(*store, 10000); !made) full = made.error();
  }
  REQUIRE(full);
  CHECK(full->code == Code::kFull);
  CHECK_THAT(full->message, Contains(world.file.path()) && Contains("full"));
  CHECK(store->list("", {})->entries.size() == world.answered.size());
  CHECK(store->list("", {before, 0, ""})->entries.size() == 1);
  CHECK_FALSE(world.create(*store, 10000));
  world.disk.limit_room({});
  const auto newest = *store->current_revision();
  const auto made = world.create(*store, 10000);
  REQUIRE(made);
  CHECK(made->revision == newest + 1);
  world.lose_power_and_check(std::move(store));
}

TEST_CASE("without room for a new store the server is told so, and starts once there is some") {
  World world;
  world.disk.limit_room(5000);
  const auto refused = world.file.try_open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == Reason::kServiceUnavailable);
  CHECK_THAT(refused.error().message, Contains(world.file.path()) && Contains("full"));
  world.disk.limit_room({});
  CHECK(world.create(*world.file.open()));
}

TEST_CASE(
    "a sync that fails fails its writes; what is answered later is safe though Linux forgot") {
  World world;
  // Small values, and large ones whose log is carried over meanwhile.
  const std::size_t bytes = GENERATE(100U, 30000U);
  for (int time = 0; time < 10; ++time) {
    auto store = world.file.open();
    for (int i = 0; i < 20; ++i) REQUIRE(world.create(*store, bytes));
    world.disk.fail_syncs(true);
    for (int i = 0; i < 3; ++i) {
      const auto failed = world.create(*store, bytes);
      REQUIRE_FALSE(failed);
      CHECK(failed.error().code == Code::kUnavailable);
      CHECK_THAT(failed.error().message, Contains(world.file.path()) && Contains("I/O"));
    }
    CHECK(store->list("", {})->entries.size() == world.answered.size());
    world.disk.fail_syncs(false);
    for (int i = 0; i < 20; ++i) REQUIRE(world.create(*store, bytes));
    world.lose_power_and_check(std::move(store));
  }
}

TEST_CASE("a file that cannot be written is refused, and used once it can") {
  World world;
  REQUIRE(world.create(*world.file.open()));
  world.disk.refuse_writing(true);
  const auto refused = world.file.try_open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == Reason::kServiceUnavailable);
  CHECK_THAT(refused.error().message, Contains(world.file.path()) && Contains("read-only"));
  world.disk.refuse_writing(false);
  const auto store = world.file.open();
  CHECK(world.create(*store));
  world.check_kept(*store);
}
