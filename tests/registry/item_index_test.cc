#include "annex/registry/item_index.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "annex/util/random.h"

using namespace annex;
using namespace annex::registry;

namespace {

using Model = std::map<std::string, ItemPtr>;

ItemPtr item(const std::string& key) {
  auto made = std::make_shared<Item>();
  made->key = key;
  return made;
}

std::vector<ItemPtr> all_of(const std::vector<ItemIndex::Slice>& slices) {
  std::vector<ItemPtr> items;
  for (const ItemIndex::Slice& slice : slices) {
    REQUIRE(slice.begin < slice.end);
    REQUIRE(slice.end <= slice.run->size());
    for (std::size_t i = slice.begin; i < slice.end; ++i) items.push_back((*slice.run)[i]);
  }
  return items;
}

std::vector<ItemPtr> below(const Model& model, const std::string& prefix) {
  std::vector<ItemPtr> items;
  for (const auto& [key, there] : model) {
    if (key.compare(0, prefix.size(), prefix) == 0) items.push_back(there);
  }
  return items;
}

std::string some_key(util::SeededRandom& random) {
  const std::string name = "n" + std::to_string(random.below(2000));
  const std::uint64_t space = random.below(4);
  // Of the cluster, and of namespaces of which one's name begins as another's does.
  return space == 0 ? name : std::string(space, 'a') + "/" + name;
}

void compare(const ItemIndex& index, const Model& model, util::SeededRandom& random) {
  CHECK(index.size() == model.size());
  for (const char* prefix : {"", "a/", "aa/", "aaa", "n", "n1", "none/", "\xff"}) {
    INFO("prefix " << prefix);
    std::vector<ItemPtr> wanted = below(model, prefix);
    CHECK(all_of(index.slices(prefix)) == wanted);
    const std::string after = random.below(3) == 0 ? some_key(random) : "";
    const std::size_t limit = 1 + random.below(1200);
    std::erase_if(wanted, [&](const ItemPtr& one) { return one->key <= after; });
    const std::size_t count = std::min(limit, wanted.size());
    std::vector<ItemPtr> page;
    CHECK(index.page(prefix, after, limit, page) == wanted.size() - count);
    wanted.resize(count);
    CHECK(page == wanted);
  }
}

}  // namespace

TEST_CASE("an index says what a map says, and its slices stay as they were") {
  const std::uint64_t seed = Catch::rngSeed();
  INFO("seed " << seed);
  util::SeededRandom random(seed);
  ItemIndex index;
  Model model;
  std::vector<ItemIndex::Slice> slices;
  std::vector<ItemPtr> sliced;
  for (int round = 0; round < 60; ++round) {
    // It grows, and then shrinks until it is empty.
    const std::uint64_t more = round < 25 ? 80 : round < 35 ? 50 : 10;
    for (int i = 0; i < 600; ++i) {
      const std::string key = some_key(random);
      if (random.below(100) < more) {
        index.put(model[key] = item(key));
      } else if (!model.empty()) {
        const auto there = model.lower_bound(key);
        const std::string gone = there == model.end() ? model.begin()->first : there->first;
        model.erase(gone);
        index.erase(gone);
        index.erase(gone);
        CHECK_FALSE(index.find(gone));
      }
      const auto there = model.find(key);
      CHECK(index.find(key) == (there == model.end() ? nullptr : there->second));
    }
    CHECK(all_of(slices) == sliced);
    compare(index, model, random);
    if (round % 3 == 0) {
      ItemIndex::give_back(slices);
      slices = index.slices("a");
      sliced = below(model, "a");
    }
    if (round == 20) {
      index.assign(below(model, ""));
      compare(index, model, random);
    }
  }
  while (!model.empty()) {
    index.erase(model.begin()->first);
    model.erase(model.begin());
  }
  compare(index, model, random);
  CHECK(all_of(slices) == sliced);
}

TEST_CASE("keys that come in order make full runs, and few are left of many") {
  ItemIndex index;
  for (int i = 0; i < 100000; ++i) index.put(item(std::to_string(1000000 + i)));
  CHECK(index.slices("").size() <= 100000 / 512 + 1);
  for (int i = 0; i < 100000; ++i) {
    if (i % 100 != 0) index.erase(std::to_string(1000000 + i));
  }
  CHECK(index.size() == 1000);
  CHECK(index.slices("").size() < 20);
}

TEST_CASE("slices keep what the index has no more until they are given back") {
  ItemIndex index;
  const ItemPtr kept = item("a");
  index.put(kept);
  std::vector<ItemIndex::Slice> first = index.slices("");
  std::vector<ItemIndex::Slice> second = index.slices("");
  index.erase("a");
  CHECK(kept.use_count() == 2);
  ItemIndex::give_back(first);
  CHECK_FALSE(first[0].run);
  ItemIndex::give_back(second);
  REQUIRE(second[0].run);
  CHECK(all_of(second) == std::vector<ItemPtr>{kept});
}
