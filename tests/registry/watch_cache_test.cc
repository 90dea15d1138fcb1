#include "annex/registry/watch_cache.h"

#include <catch2/catch.hpp>

#include "annex/util/manual_clock.h"

using namespace annex;
using namespace annex::registry;

namespace {

ItemPtr item(const std::string& key, storage::Revision revision) {
  auto made = std::make_shared<Item>();
  made->key = key;
  made->revision = revision;
  return made;
}

CacheEventPtr put(const util::Clock& clock, const std::string& key, storage::Revision revision) {
  return std::make_shared<const CacheEvent>(revision, item(key, revision), nullptr, clock.now());
}

}  // namespace

TEST_CASE("a reader begins after a revision and goes on from its place") {
  util::ManualClock clock;
  WatchCache cache({}, clock);
  cache.reset(10, {item("a", 4)});
  cache.append({put(clock, "b", 11), put(clock, "c", 13)});
  storage::Revision oldest = 0;
  CHECK_FALSE(cache.begin_after(9, &oldest));
  CHECK(oldest == 10);
  const auto position = cache.begin_after(11, &oldest);
  REQUIRE(position);
  const auto batch = cache.read(*position, 10);
  REQUIRE(batch.events.size() == 1);
  CHECK(batch.events[0]->revision() == 13);
  CHECK(cache.read(batch.next, 10).events.empty());
  cache.progress(20);
  CHECK(cache.read(batch.next, 10).revision == 20);
  CHECK(cache.list("").items.size() == 3);
}

TEST_CASE("old events go once they are old and many; who was there is ended") {
  util::ManualClock clock;
  WatchCacheOptions options;
  options.min_events = 2;
  WatchCache cache(options, clock);
  cache.reset(1, {});
  const auto start = cache.begin_with_state("");
  cache.append({put(clock, "a", 2), put(clock, "b", 3), put(clock, "c", 4)});
  CHECK_FALSE(cache.read(start.position, 1).ended);
  clock.advance(std::chrono::seconds(76));
  cache.append({put(clock, "d", 5)});
  CHECK(cache.read(start.position, 1).ended);
  storage::Revision oldest = 0;
  CHECK_FALSE(cache.begin_after(2, &oldest));
  CHECK(oldest == 3);
  CHECK(cache.begin_after(3, &oldest));
}

TEST_CASE("beginning anew and stopping end every reader") {
  util::ManualClock clock;
  WatchCache cache({}, clock);
  cache.reset(1, {});
  const auto start = cache.begin_with_state("");
  cache.reset(5, {item("a", 5)});
  CHECK(cache.read(start.position, 1).ended);
  const auto again = cache.begin_with_state("");
  CHECK_FALSE(cache.read(again.position, 1).ended);
  cache.stop();
  CHECK(cache.read(again.position, 1).ended);
}

TEST_CASE("events that are known already are not repeated") {
  util::ManualClock clock;
  WatchCache cache({}, clock);
  cache.reset(5, {});
  const auto start = cache.begin_with_state("");
  cache.append({put(clock, "a", 5), put(clock, "b", 6)});
  CHECK(cache.read(start.position, 10).events.size() == 1);
}

TEST_CASE("lists are of one prefix, waits of one revision") {
  util::ManualClock clock;
  WatchCache cache({}, clock);
  cache.reset(5, {item("ns/a", 1), item("ns/b", 2), item("ns1/a", 3)});
  CHECK(cache.list("ns/").items.size() == 2);
  CHECK(cache.get("ns1/a")->revision == 3);
  CHECK(cache.get("none") == nullptr);
  CHECK(cache.wait_for(5, {}));
  CHECK_FALSE(cache.wait_for(6, std::chrono::milliseconds(1)));
}
