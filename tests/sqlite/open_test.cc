// What a store says to a file that it cannot use, and that it leaves it as it is.
#include <sqlite3.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "sqlite/connection.h"
#include "sqlite/schema.h"
#include "tests/sqlite/store_file.h"

using namespace annex;
using Catch::Contains;
using storage::Guard;

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

std::string refusal(sqlite::StoreFile& file) {
  const std::string before = read(file.path());
  auto store = file.try_open();
  if (store) return "";
  CHECK(read(file.path()) == before);
  CHECK_THAT(store.error().message, Contains(file.path()));
  return store.error().message;
}

void run(const std::string& path, const std::string& sql) {
  auto connection = sqlite::Connection::open(path, sqlite::Connection::Access::kWrite, "");
  REQUIRE(connection);
  REQUIRE((*connection)->run(sql));
}

}  // namespace

TEST_CASE("a second server is told who has the store") {
  sqlite::StoreFile file;
  auto store = file.open();
  auto second = file.try_open();
  REQUIRE_FALSE(second);
  CHECK(second.error().reason == Reason::kServiceUnavailable);
  CHECK_THAT(second.error().message, Contains("in use by process " + std::to_string(::getpid())));
  CHECK(sqlite::put(*store, sqlite::create("a", "1")));
  store.reset();
  CHECK(file.open()->get("a", {}));
}

TEST_CASE("only the owner can read a store's files") {
  sqlite::StoreFile file;
  auto store = file.open();
  REQUIRE(sqlite::put(*store, sqlite::create("secret", "1")));
  const auto mode = [&](const std::string& end) {
    struct stat status {};
    REQUIRE(::stat((file.path() + end).c_str(), &status) == 0);
    return status.st_mode & 0777;
  };
  for (const char* end : {"", "-wal", "-shm", ".lock"}) CHECK(mode(end) == 0600);
  store.reset();
  REQUIRE(::chmod(file.path().c_str(), 0644) == 0);
  store = file.open();
  CHECK(mode("") == 0600);
}

TEST_CASE("a file that is no store is refused and left alone") {
  sqlite::StoreFile file;
  SECTION("no database at all") {
    write(file.path(), std::string(5000, 'x'));
    CHECK_THAT(refusal(file), Contains("not a database"));
  }
  SECTION("a database of something else") {
    write(file.path(), "");
    run(file.path(), "CREATE TABLE log(revision)");
    CHECK_THAT(refusal(file), Contains("of something else"));
  }
  SECTION("from a newer version") {
    file.open();
    run(file.path(), "PRAGMA user_version=7");
    CHECK_THAT(refusal(file), Contains("newer version") && Contains("7"));
  }
  SECTION("without what it must have") {
    file.open();
    run(file.path(), "DELETE FROM meta WHERE name='epoch'");
    CHECK_THAT(refusal(file), Contains("damaged"));
  }
  SECTION("cut short") {
    auto store = file.open();
    for (int i = 0; i < 300; ++i) {
      REQUIRE(sqlite::put(*store, sqlite::create("k" + std::to_string(i), std::string(1000, 'x'))));
    }
    store.reset();
    std::string text = read(file.path());
    write(file.path(), text.substr(0, text.size() / 2));
    CHECK_THAT(refusal(file), Contains("malformed") || Contains("damaged"));
  }
  SECTION("its newest changes are there, but not the file") {
    write(file.path() + "-wal", "x");
    auto store = file.try_open();
    REQUIRE_FALSE(store);
    CHECK_THAT(store.error().message, Contains("-wal"));
  }
  SECTION("a folder that is not there") {
    file.options.path = file.folder() + "/none/store.db";
    CHECK_THAT(file.try_open().error().message, Contains("none/store.db"));
  }
}

TEST_CASE("damage in the middle is told when it is read, and by a thorough check") {
  sqlite::StoreFile file;
  auto store = file.open();
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(sqlite::put(*store, sqlite::create("k" + std::to_string(i), std::string(1000, 'x'))));
  }
  store.reset();
  std::string text = read(file.path());
  // Whole pages in the middle, beyond the schema and before the last changes.
  text.replace(text.size() / 2 / 4096 * 4096, 8 * 4096, std::string(8 * 4096, '\xee'));
  write(file.path(), text);
  auto damaged = file.try_open();
  if (damaged) {
    // Either the keys' index is hit, or some of the objects.
    auto page = (*damaged)->list("", {});
    if (page) {
      CHECK_FALSE(page->damaged.empty());
      CHECK(page->entries.size() + page->damaged.size() == 2000);
    } else {
      CHECK(page.error().code == storage::StoreError::Code::kCorrupt);
    }
    damaged->reset();
  }
  auto connection = sqlite::Connection::open(file.path(), sqlite::Connection::Access::kRead, "");
  REQUIRE(connection);
  auto problems = sqlite::check_thoroughly(**connection);
  REQUIRE(problems);
  CHECK_FALSE(problems->empty());
}

TEST_CASE("an older schema is brought up to date, once, or not at all") {
  sqlite::StoreFile file;
  auto store = file.open();
  REQUIRE(sqlite::put(*store, sqlite::create("a", "1")));
  store.reset();
  auto connection = sqlite::Connection::open(file.path(), sqlite::Connection::Access::kWrite, "");
  REQUIRE(connection);
  const auto steps = sqlite::migrations();
  REQUIRE(steps.size() == 2);
  const char* const broken[] = {steps[0], steps[1],
                                "CREATE TABLE extra(x); INSERT INTO nowhere VALUES(1)"};
  CHECK_FALSE(sqlite::prepare(**connection, broken, 1));
  const char* const next[] = {steps[0], steps[1], "CREATE TABLE extra(x)"};
  CHECK(sqlite::prepare(**connection, next, 1));
  CHECK((*connection)->run("INSERT INTO extra VALUES(1)"));
  CHECK(sqlite::prepare(**connection, next, 1));
  connection->reset();
  CHECK_THAT(refusal(file), Contains("newer version"));
}

TEST_CASE("history outlives a restart, and the machine's clock does not end it") {
  sqlite::StoreFile file;
  auto store = file.open();
  const auto first = sqlite::put(*store, sqlite::create("a", "1"));
  REQUIRE(first);
  const auto second =
      sqlite::put(*store, {"a", util::Bytes(std::string("2")), Guard::at(first->revision), {}});
  REQUIRE(second);
  store.reset();
  file.clock.set_wall(file.clock.wall_now() - std::chrono::hours(24 * 365));
  store = file.open();
  file.clock.set_wall(file.clock.wall_now() + std::chrono::hours(24 * 700));
  REQUIRE(store->get("a", first->revision));
  CHECK(store->get("a", first->revision)->value.view() == "1");
  file.clock.advance(std::chrono::minutes(6));
  CHECK(store->get("a", first->revision).error().code == storage::StoreError::Code::kTooOld);
  CHECK(store->get("a", {})->value.view() == "2");
  const auto third = sqlite::put(*store, sqlite::create("b", "1"));
  REQUIRE(third);
  CHECK(third->revision == second->revision + 1);
}

TEST_CASE("history is bounded by its bytes, also what the file held before") {
  sqlite::StoreFile file;
  file.options.history_bytes = 1U << 20U;
  auto store = file.open();
  auto last = sqlite::put(*store, sqlite::create("a", std::string(10000, 'x')));
  REQUIRE(last);
  const auto update = [&] {
    last = sqlite::put(*store,
                       {"a", util::Bytes(std::string(10000, 'y')), Guard::at(last->revision), {}});
    REQUIRE(last);
  };
  for (int i = 0; i < 300; ++i) update();
  CHECK(store->get("a", last->revision - 50));
  CHECK(store->get("a", last->revision - 200).error().code == storage::StoreError::Code::kTooOld);
  store.reset();
  file.options.history_bytes = 200000;
  store = file.open();
  update();
  // The file's history is measured beside the first writes.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (store->get("a", last->revision - 50) && std::chrono::steady_clock::now() < end) update();
  CHECK(store->get("a", last->revision - 50).error().code == storage::StoreError::Code::kTooOld);
}
