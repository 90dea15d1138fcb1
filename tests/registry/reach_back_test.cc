// A watch that goes on where it was before the server was restarted: the cache reads what it missed
// from the store's history.
#include <catch2/catch.hpp>

#include "annex/registry/backend.h"
#include "annex/storage/memory.h"
#include "annex/util/manual_clock.h"
#include "tests/registry/thing.h"

using namespace annex;
using namespace annex::registry;

namespace {

/// A store that outlives the servers on it.
struct World {
  World() {
    REQUIRE(registry.add(test::thing("things")));
    REQUIRE(registry.add(test::thing("others")));
    restart();
  }
  void restart() {
    backends.emplace(registry, *store, clock, logger, options);
    REQUIRE(backends->start());
  }
  Backend& backend(const std::string& plural = "things") {
    return *backends->find(*registry.find("g.io", "v1", plural));
  }
  storage::Revision put(const std::string& name, const std::string& size,
                        storage::Revision expected = 0, const std::string& plural = "things") {
    const json::Value hub(json::Object{{"metadata", json::Object{{"name", name}}}, {"size", size}});
    auto draft = backend(plural).codec().make_draft(name, hub);
    REQUIRE(draft);
    auto done = test::commit(backend(plural), {{"", name}, *draft, expected});
    REQUIRE(done);
    REQUIRE_FALSE(done->lost_race);
    return done->revision;
  }
  storage::Revision remove(const std::string& name, storage::Revision expected) {
    auto done = test::commit(backend(), {{"", name}, {}, expected});
    REQUIRE(done);
    return done->revision;
  }
  /// What a watch from `after` is given: revisions, and sizes before and after.
  std::optional<std::vector<std::string>> seen_after(storage::Revision after) {
    WatchCache& cache = *backend().cache();
    REQUIRE(backend().wait_until({}));
    storage::Revision oldest = 0;
    if (!cache.begin_after(after, &oldest)) backend().reach_back(after);
    const auto position = cache.begin_after(after, &oldest);
    if (!position) return std::nullopt;
    std::vector<std::string> seen;
    for (const CacheEventPtr& event : cache.read(*position, 1000).events) {
      const auto shown = [](const ItemPtr& item) {
        if (!item) return std::string("-");
        const std::string text(item->text.view());
        const std::size_t size = text.find("\"size\":\"") + 8;
        return item->key + text.substr(size, text.find('"', size) - size);
      };
      seen.push_back(std::to_string(event->revision()) + " " + shown(event->previous()) + " " +
                     shown(event->current()));
    }
    return seen;
  }

  util::ManualClock clock{};
  util::SystemRandom random{};
  util::NullLogger logger{};
  std::unique_ptr<storage::Store> store = storage::make_memory_store({}, clock, random);
  Registry registry{};
  BackendOptions options{};
  std::optional<Backends> backends{};
};

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("after a restart a watch is given exactly what it missed") {
  World world;
  const auto a1 = world.put("a", "1");
  const auto other = world.put("x", "9", 0, "others");
  const auto a2 = world.put("a", "2", a1);
  const auto b1 = world.put("b", "1");
  const auto gone = world.remove("a", a2);
  const auto before = world.seen_after(a1);
  REQUIRE(before);
  world.restart();
  const auto shown = [](storage::Revision revision, const char* change) {
    return std::to_string(revision) + " " + change;
  };
  const Seen all{shown(a1, "- a1"), shown(a2, "a1 a2"), shown(b1, "- b1"), shown(gone, "a2 -")};
  CHECK(world.seen_after(gone) == Seen{});
  CHECK(world.seen_after(b1) == Seen{all[3]});
  CHECK(world.seen_after(other) == Seen{all[1], all[2], all[3]});
  CHECK(world.seen_after(a1) == before);
  CHECK(world.seen_after(a1 - 1) == all);
  const auto b2 = world.put("b", "2", b1);
  CHECK(world.seen_after(gone) == Seen{shown(b2, "b1 b2")});
  CHECK(world.seen_after(other) == Seen{all[1], all[2], all[3], shown(b2, "b1 b2")});
}

TEST_CASE("who follows already is not disturbed by what is put before") {
  World world;
  const auto a1 = world.put("a", "1");
  world.restart();
  WatchCache& cache = *world.backend().cache();
  const auto start = cache.begin_with_state("");
  REQUIRE(world.seen_after(a1 - 1));
  const auto a2 = world.put("a", "2", a1);
  REQUIRE(world.seen_after(a1));
  const auto batch = cache.read(start.position, 10);
  REQUIRE(batch.events.size() == 1);
  CHECK(batch.events[0]->revision() == a2);
}

TEST_CASE("what is compacted, or more than the ring takes, is too old for a watch") {
  World world;
  world.options.cache.max_events = 3;
  world.options.cache.min_events = 1;
  std::vector<storage::Revision> made;
  for (const char* name : {"a", "b", "c", "d", "e"}) made.push_back(world.put(name, "1"));
  world.restart();
  CHECK_FALSE(world.seen_after(made[0]));
  CHECK(world.seen_after(made[1])->size() == 3);
  // The ring is full, and a change pushes its first one out.
  const auto last = world.put("f", "1");
  CHECK(world.seen_after(made[2])->size() == 3);
  CHECK_FALSE(world.seen_after(made[1]));
  world.restart();
  REQUIRE(world.store->compact(made[4]));
  CHECK_FALSE(world.seen_after(made[3]));
  CHECK(world.seen_after(made[4]) == Seen{std::to_string(last) + " - f1"});
}

TEST_CASE("what was put before goes again once it is old") {
  World world;
  world.options.cache.min_events = 1;
  const auto a1 = world.put("a", "1");
  const auto b1 = world.put("b", "1");
  world.restart();
  REQUIRE(world.seen_after(a1 - 1)->size() == 2);
  storage::Revision oldest = 0;
  world.clock.advance(std::chrono::seconds(80));
  world.put("c", "1");
  world.put("d", "1");
  REQUIRE(world.backend().wait_until({}));
  CHECK_FALSE(world.backend().cache()->begin_after(b1 - 1, &oldest));
  CHECK(world.seen_after(a1 - 1)->size() == 4);
}

TEST_CASE("a value that cannot be read is left out of the past too") {
  World world;
  const auto a1 = world.put("a", "1");
  auto bad = std::make_shared<storage::Revision>();
  world.store->commit(
      {"/registry/g.io/things/a", util::Bytes(std::string("{")), storage::Guard::at(a1), {}},
      [bad](const storage::StoreResult<storage::Entry>& entry) { *bad = entry->revision; });
  const auto a3 = world.put("a", "3", *bad);
  const auto before = world.seen_after(a1);
  world.restart();
  CHECK(before == Seen{std::to_string(*bad) + " a1 -", std::to_string(a3) + " - a3"});
  CHECK(world.seen_after(a1) == before);
}
