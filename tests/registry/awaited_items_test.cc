// What was just written is not read again when the store's watch tells of it.
#include "registry/awaited_items.h"

#include <catch2/catch.hpp>
#include <thread>

#include "annex/registry/backend.h"
#include "annex/registry/writes.h"
#include "annex/storage/memory.h"
#include "annex/util/manual_clock.h"
#include "tests/registry/thing.h"

using namespace annex;
using namespace annex::registry;

namespace {

std::shared_ptr<Item> item(const std::string& key, const std::string& text) {
  auto made = std::make_shared<Item>();
  made->key = key;
  made->text = util::Bytes(text);
  return made;
}

json::Value small_thing(const std::string& name, const std::string& size) {
  json::Object labels{{"size", size}};
  return json::Object{{"metadata", json::Object{{"name", name}, {"labels", std::move(labels)}}},
                      {"size", size}};
}

/// A server over a store of things whose size may have a default.
struct World {
  explicit World(const std::string& default_size = "") {
    Resource resource = test::thing("things");
    resource.scope = Scope::kCluster;
    resource.strategy.selectable_fields = {
        {"size", [](const json::Value& object) { return object.at_string({"size"}); }}};
    if (!default_size.empty()) {
      resource.strategy.default_object = [default_size](const std::string&, json::Value& object) {
        if (!object.at_string({"size"}).empty()) return false;
        object.as_object().set("size", default_size);
        return true;
      };
    }
    REQUIRE(registry.add(std::move(resource)));
    backends.emplace(registry, *store, clock, logger, options);
    REQUIRE(backends->start());
  }
  Backend& backend() { return *backends->find(*registry.find("g.io", "v1", "things")); }
  Committed put(const std::string& name, const std::string& size, storage::Revision expected = 0) {
    auto draft = backend().codec().make_draft(name, small_thing(name, size));
    REQUIRE(draft);
    auto done = test::commit(backend(), {{"", name}, *draft, expected});
    REQUIRE(done);
    return *done;
  }

  /// As a request does.
  ItemPtr create(const std::string& name, const std::string& size) {
    const Writes writes(*registry.find("g.io", "v1", "things"), backend(), clock, random);
    WriteRequest request;
    auto written = writes.create(request, small_thing(name, size)).run();
    REQUIRE(written);
    return written->item;
  }

  util::ManualClock clock{};
  util::SystemRandom random{};
  util::NullLogger logger{};
  std::unique_ptr<storage::Store> store = storage::make_memory_store({}, clock, random);
  Registry registry{};
  BackendOptions options{};
  std::optional<Backends> backends{};
};

}  // namespace

TEST_CASE("an item gets its revision from whoever hears of it first, and keeps it") {
  AwaitedItems items;
  const auto awaited = items.add(item("a", "1"));
  const ItemPtr taken = items.take("a", util::Bytes("1"), 5);
  REQUIRE(taken);
  CHECK(taken->revision == 5);
  CHECK(awaited->at(5) == taken);
  CHECK(awaited->at(6) == nullptr);
  CHECK(items.take("a", util::Bytes("1"), 6) == nullptr);
}

TEST_CASE("an event is given what has its key, its text and its revision") {
  AwaitedItems items;
  const auto first = items.add(item("a", "1"));
  CHECK(items.take("a", util::Bytes("2"), 5) == nullptr);
  CHECK(items.take("b", util::Bytes("1"), 5) == nullptr);
  REQUIRE(first->at(5));  // the answer came before the event
  const auto again = items.add(item("a", "1"));
  CHECK(items.take("a", util::Bytes("1"), 7) == again->at(7));
  CHECK(items.take("a", util::Bytes("1"), 5) == first->at(5));
}

TEST_CASE("a write that failed leaves nothing behind, whichever of its like an event took") {
  AwaitedItems items;
  const auto lost = items.add(item("a", "1"));
  const auto won = items.add(item("a", "1"));
  REQUIRE(items.take("a", util::Bytes("1"), 5));
  items.drop(lost);
  CHECK(won->at(5)->revision == 5);
  CHECK(items.take("a", util::Bytes("1"), 6) == nullptr);
}

TEST_CASE("what the cache shows is the very item that was answered") {
  World world;
  const ItemPtr answered = world.put("a", "big").item;
  const ItemPtr shown = *world.backend().get({"", "a"}, {});
  CHECK(shown == answered);
  const ItemPtr read = *world.backend().codec().make_item("a", shown->revision, shown->text);
  CHECK(read->labels == shown->labels);
  CHECK(read->fields == shown->fields);
  CHECK(read->text == shown->text);
  const ItemPtr changed = world.put("a", "small", shown->revision).item;
  CHECK(changed == *world.backend().get({"", "a"}, {}));
  CHECK(world.put("a", "late", shown->revision).lost_race);
}

TEST_CASE("an answer shows the defaults that reading the object anew would fill in") {
  World world("medium");
  const ItemPtr answered = world.create("a", "");
  CHECK(answered->fields == (*world.backend().get({"", "a"}, {}))->fields);
  CHECK(answered->text.view().find("medium") != std::string_view::npos);
}

TEST_CASE("many writers of the same few texts each get the revision of their own write") {
  World world;
  std::atomic<int> wrong{0};
  std::vector<std::thread> writers;
  for (int number = 0; number < 4; ++number) {
    writers.emplace_back([&, number] {
      for (int i = 0; i < 300; ++i) {
        const std::string size = std::to_string((i + number) % 2);
        auto live = world.backend().get({"", "a"}, {});
        auto draft = world.backend().codec().make_draft("a", small_thing("a", size));
        const storage::Revision expected = *live ? (*live)->revision : 0;
        auto done = test::commit(world.backend(), {{"", "a"}, *draft, expected});
        if (!done) ++wrong;
        if (!done || done->lost_race) continue;
        // Without an item where the store told of another write of the text first.
        if (done->item && done->item->revision != done->revision) ++wrong;
        if (done->revision <= expected) ++wrong;
        auto kept = world.store->get("/registry/g.io/things/a", done->revision);
        if (!kept || !(kept->value == done->text)) ++wrong;
        if (done->item && !(done->item->text == done->text)) ++wrong;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(wrong == 0);
  const ItemPtr shown = *world.backend().get({"", "a"}, {});
  CHECK(shown->revision == *world.store->current_revision());
}
