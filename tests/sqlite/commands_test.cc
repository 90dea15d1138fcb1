// Backup, check, compact and restore, beside a store at work and without one.
#include "sqlite/commands.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "tests/sqlite/store_file.h"

using namespace annex;
using Catch::Contains;
using storage::Guard;

TEST_CASE("a backup holds all that was answered before it, and is restored under a new epoch") {
  sqlite::StoreFile file;
  const std::string copy = file.folder() + "/it's a copy";
  auto store = file.open();
  REQUIRE(sqlite::put(*store, sqlite::create("a", "1")));
  REQUIRE(sqlite::back_up(file.path(), copy));
  struct stat status {};
  REQUIRE(::stat(copy.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(sqlite::check(copy));
  CHECK_THAT(sqlite::back_up(file.path(), copy).error().message, Contains("there already"));

  const auto later = sqlite::put(*store, sqlite::create("b", "2"));
  REQUIRE(later);
  const std::uint64_t epoch = store->epoch();
  CHECK_THAT(sqlite::restore(file.path(), copy, file.random).error().message, Contains("in use"));
  CHECK(store->get("b", {}));
  store.reset();
  REQUIRE(sqlite::restore(file.path(), copy, file.random));
  store = file.open();
  CHECK(store->epoch() != epoch);
  CHECK(store->get("a", {})->value.view() == "1");
  CHECK_FALSE(store->get("b", {}));
  CHECK(store->get("a", later->revision).error().code == storage::StoreError::Code::kTooOld);
  const storage::Revision now = *store->current_revision();
  CHECK(now > later->revision);
  CHECK(store->list("", {now, 0, ""})->entries.size() == 1);
  const auto next = sqlite::put(*store, sqlite::create("c", "3"));
  REQUIRE(next);
  CHECK(next->revision == now + 1);
  store.reset();
  CHECK(sqlite::check(file.path()));
  file.options.path += ".old";
  CHECK(file.open()->get("b", {})->value.view() == "2");
}

TEST_CASE("a backup under writes is one moment") {
  sqlite::StoreFile file;
  auto store = file.open();
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) {
      (void)sqlite::put(*store, sqlite::create("k" + std::to_string(1000 + i), "x"));
    }
  });
  std::vector<std::string> copies;
  for (int i = 0; i < 5; ++i) {
    copies.push_back(file.folder() + "/copy" + std::to_string(i));
    CHECK(sqlite::back_up(file.path(), copies.back()));
    CHECK(sqlite::check(file.path()));
    CHECK(sqlite::compact(file.path()));
  }
  writer.join();
  CHECK(store->list("", {})->entries.size() == 300);
  store.reset();
  for (const std::string& copy : copies) {
    file.options.path = copy;
    store = file.open();
    const auto page = store->list("", {});
    REQUIRE(page);
    // The keys were made in order: none before the last is missing.
    CHECK(page->entries.size() == *store->current_revision() - 1);
    store.reset();
  }
}

TEST_CASE("compacting gives room back and keeps the state") {
  sqlite::StoreFile file;
  file.options.history_bytes = 100000;
  auto store = file.open();
  auto last = sqlite::put(*store, sqlite::create("a", std::string(50000, 'x')));
  for (int i = 0; i < 100; ++i) {
    last = sqlite::put(*store,
                       {"a", util::Bytes(std::string(50000, 'y')), Guard::at(last->revision), {}});
    REQUIRE(last);
  }
  REQUIRE(store->compact(last->revision));
  store.reset();
  store = file.open();
  file.clock.advance(std::chrono::minutes(6));
  // The store sweeps on a thread of its own.
  for (int i = 0; i < 1000 && !sqlite::compact(file.path()); ++i) {
  }
  store.reset();
  REQUIRE(sqlite::compact(file.path()));
  struct stat status {};
  REQUIRE(::stat(file.path().c_str(), &status) == 0);
  CHECK(status.st_size < 1000000);
  CHECK(sqlite::check(file.path()));
  CHECK(file.open()->get("a", {})->revision == last->revision);
}

TEST_CASE("commands refuse what is no store, and change nothing") {
  sqlite::StoreFile file;
  CHECK_THAT(sqlite::check(file.path()).error().message, Contains("there is no store"));
  std::ofstream(file.path()) << std::string(5000, 'x');
  CHECK_FALSE(sqlite::check(file.path()));
  CHECK_FALSE(sqlite::compact(file.path()));
  const std::string target = file.folder() + "/copy";
  CHECK_FALSE(sqlite::back_up(file.path(), target));
  CHECK_FALSE(sqlite::restore(target, file.path(), file.random));
  CHECK_FALSE(std::ifstream(target).good());
}
