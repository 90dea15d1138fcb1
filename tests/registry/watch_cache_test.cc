#include "annex/registry/watch_cache.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "annex/util/manual_clock.h"
#include "annex/util/random.h"

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

TEST_CASE("a page is the beginning of the whole, and knows how much is behind it") {
  const std::uint64_t seed = Catch::rngSeed();
  INFO("seed " << seed);
  util::SeededRandom random(seed);
  util::ManualClock clock;
  WatchCache cache({}, clock);
  storage::Revision revision = 1;
  const auto some_key = [&] {
    const std::string name = "n" + std::to_string(random.below(30));
    const std::uint64_t space = random.below(5);
    // Of the cluster, and of namespaces of which one's name begins as another's does.
    return space == 0 ? name : std::string(space, 'a') + "/" + name;
  };
  for (int round = 0; round < 400; ++round) {
    const std::string key = some_key();
    const ItemPtr there = cache.get(key);
    ++revision;
    if (random.below(60) == 0) {
      cache.reset(revision, cache.list("a/").items);
    } else if (there && random.below(2) == 0) {
      cache.append({std::make_shared<const CacheEvent>(revision, nullptr, there, clock.now())});
      CHECK_FALSE(cache.get(key));
    } else {
      cache.append({put(clock, key, revision)});
      CHECK(cache.get(key)->revision == revision);
    }
    for (const char* prefix : {"", "a/", "aa/", "aaa", "n", "none/"}) {
      const std::string after = random.below(3) == 0 ? some_key() : "";
      const std::size_t limit = 1 + random.below(40);
      std::vector<ItemPtr> wanted = cache.list(prefix).items;
      std::erase_if(wanted, [&](const ItemPtr& one) { return one->key <= after; });
      const CachePage page = cache.page(prefix, after, limit);
      const std::size_t count = std::min(limit, wanted.size());
      INFO(prefix << " after " << after << ", " << limit);
      CHECK(page.revision == revision);
      CHECK(page.more == wanted.size() - count);
      wanted.resize(count);
      CHECK(page.items == wanted);
    }
  }
}
