// A start reads what is stored in pages, whose items are made by several threads.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "annex/registry/backend.h"
#include "annex/storage/memory.h"
#include "annex/util/manual_clock.h"
#include "tests/registry/thing.h"

using namespace annex;
using namespace annex::registry;

namespace {

/// Not of one page, and not of whole ones.
constexpr std::size_t kThings = 3456;

bool is_bad(std::size_t number) { return number % 97 == 5; }

std::string name_of(std::size_t number) { return "t" + std::to_string(10000 + number); }

void put(storage::Store& store, std::size_t number) {
  const std::string text =
      is_bad(number) ? "{"
                     : R"({"kind":"Thing","apiVersion":"g.io/v1","metadata":{"name":")" +
                           name_of(number) + R"("},"size":")" + std::to_string(number) + "\"}";
  bool done = false;
  store.commit(
      {"/registry/g.io/things/" + name_of(number), util::Bytes(text), storage::Guard::absent(), {}},
      [&](const storage::StoreResult<storage::Entry>& entry) { done = bool(entry); });
  REQUIRE(done);
}

/// A store that has all of them.
struct World {
  World() {
    for (std::size_t i = 0; i < kThings; ++i) put(*store, i);
  }

  util::ManualClock clock{};
  util::SeededRandom random{1};
  util::NullLogger logger{};
  const std::unique_ptr<storage::Store> store = storage::make_memory_store({}, clock, random);
  Registry registry{};
};

}  // namespace

TEST_CASE("a start has every object that can be read, in order, and tells of the others") {
  World world;
  REQUIRE(world.registry.add(test::thing("things")));
  Backends backends(world.registry, *world.store, world.clock, world.logger, {});
  REQUIRE(backends.start());
  Backend& backend = *backends.find(*world.registry.find("g.io", "v1", "things"));
  const auto list = backend.list({});
  REQUIRE(list);
  auto item = list->items.begin();
  for (std::size_t i = 0; i < kThings; ++i) {
    if (is_bad(i)) continue;
    INFO(i);
    REQUIRE(item != list->items.end());
    CHECK((*item)->key == name_of(i));
    CHECK((*item)->text.view().find("\"size\":\"" + std::to_string(i) + "\"") !=
          std::string_view::npos);
    ++item;
  }
  CHECK(item == list->items.end());
  CHECK(backend.unreadable().now == (kThings + 91) / 97);
}

TEST_CASE("what a hook throws while a start makes items reaches whoever starts") {
  World world;
  Resource things = test::thing("things");
  things.strategy.default_object = [](const std::string&, json::Value& object) {
    if (object.at_string({"size"}) == "1999") throw std::runtime_error("bad");
    return false;
  };
  REQUIRE(world.registry.add(std::move(things)));
  Backends backends(world.registry, *world.store, world.clock, world.logger, {});
  CHECK_THROWS_WITH(backends.start(), "bad");
}
