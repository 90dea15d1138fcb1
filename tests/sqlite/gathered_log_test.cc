// What is kept back of a commit is in the log when anybody is shown it, and never later.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>

#include "sqlite/connection.h"
#include "tests/sqlite/faulty_disk.h"
#include "tests/sqlite/store_file.h"

using namespace annex;
using sqlite::Connection;
using sqlite::Query;
using sqlite::StoreResult;
using sqlite::Transaction;

namespace {

constexpr std::size_t kRoom = 2U << 20U;

std::uint64_t seed_of_run() {
  const char* given = std::getenv("ANNEX_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

/// A file on a disk that may be full, two that write to it, and one that reads what they show.
class World {
 public:
  using Rows = std::map<std::uint64_t, std::string>;

  World() {
    { std::ofstream made(path()); }
    writers_[0] = open(Connection::Access::kWrite);
    REQUIRE(writers_[0]->run("PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, v)"));
    writers_[1] = open(Connection::Access::kWrite);
    reader_ = open(Connection::Access::kRead);
    for (const auto& writer : writers_) {
      // Nothing but the test carries the log over; of ten pages some are written before the COMMIT.
      REQUIRE(writer->run("PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=10"));
    }
    REQUIRE(writers_[1]->run("PRAGMA synchronous=NORMAL"));
    disk.at_commit([this] { shown_ = read(); });
  }
  ~World() { disk.at_commit(nullptr); }

  std::string path() const { return file_.path(); }
  Connection& writer(std::size_t i) { return *writers_[i]; }
  /// What the reader was shown last.
  const std::optional<Rows>& shown() const { return shown_; }
  std::optional<Rows> read() {
    Rows rows;
    Query all(*reader_, "SELECT id, v FROM t");
    while (all.next()) rows[all.number(0)] = std::string(all.bytes(1));
    if (!all.status()) return std::nullopt;
    return rows;
  }
  std::string integrity() {
    Query check(*reader_, "PRAGMA integrity_check");
    return check.next() ? std::string(check.bytes(0)) : "unreadable";
  }
  /// Puts a row in its place, or takes it away if it is empty.
  static StoreResult<void> put(Connection& writer, std::uint64_t id, std::string_view value) {
    if (value.empty()) {
      return Query(writer, "DELETE FROM t WHERE id = ?").bind(id).run();
    }
    return Query(writer, "REPLACE INTO t VALUES(?, ?)").bind(id).bind(value).run();
  }

  sqlite::FaultyDisk disk{1};

 private:
  std::unique_ptr<Connection> open(Connection::Access access) {
    auto opened = Connection::open(path(), access, disk.vfs());
    REQUIRE(opened);
    return std::move(*opened);
  }

  sqlite::StoreFile file_{};
  std::unique_ptr<Connection> writers_[2];
  std::unique_ptr<Connection> reader_;
  std::optional<Rows> shown_{};
};

}  // namespace

TEST_CASE("a commit of many pages is one write to the log, a large one few") {
  World world;
  const auto writes_of = [&](std::size_t rows) {
    Transaction transaction(world.writer(0));
    REQUIRE(transaction.begin_write());
    for (std::size_t i = 0; i < rows; ++i) {
      REQUIRE(World::put(world.writer(0), i, std::string(3500, 'x')));
    }
    const int before = world.disk.writes(world.path() + "-wal");
    REQUIRE(transaction.commit());
    return world.disk.writes(world.path() + "-wal") - before;
  };
  writes_of(1);
  CHECK(writes_of(7) == 1);
  REQUIRE(world.writer(0).run("PRAGMA cache_size=-10000"));
  // Of pieces that every VFS takes: 15 pages of 4 KiB.
  CHECK(writes_of(150) == 11);
  CHECK(world.shown()->size() == 150);
}

TEST_CASE("whatever is spilled, undone or does not fit on the disk, readers see whole commits") {
  const std::uint64_t seed = seed_of_run();
  INFO("ANNEX_SEED=" << seed);
  std::cout << "ANNEX_SEED=" << seed << '\n';
  std::mt19937_64 random(seed);
  World world;
  World::Rows rows;
  int commits = 0;
  int full = 0;
  int undone = 0;
  for (int round = 0; round < 400; ++round) {
    INFO("round " << round);
    Connection& writer = world.writer(random() % 4 == 0 ? 1 : 0);
    if (random() % 8 == 0) world.disk.limit_room(kRoom);
    World::Rows next = rows;
    StoreResult<void> done;
    {
      Transaction transaction(writer);
      REQUIRE(transaction.begin_write());
      const auto changes = random() % 2 == 0 ? random() % 4 : random() % 60;
      for (std::uint64_t i = 0; done && i < changes; ++i) {
        const auto bytes = random() % 8 == 0 ? random() % 40000 : random() % 3000;
        const std::string value(random() % 4 == 0 ? 0 : bytes, static_cast<char>('a' + i % 26));
        const std::uint64_t id = random() % 100;
        done = World::put(writer, id, value);
        next.erase(id);
        if (!value.empty()) next[id] = value;
      }
      if (done && random() % 4 == 0) {
        ++undone;
        next = rows;
      } else if (done) {
        done = transaction.commit();
        if (done) ++commits;
      }
    }
    if (done) {
      rows = std::move(next);
    } else {
      CHECK(done.error().code == storage::StoreError::Code::kFull);
      ++full;
    }
    // As of the moment at which the writer let go of the log, and now.
    CHECK(world.shown() == rows);
    CHECK(world.read() == rows);
    world.disk.limit_room({});
    if (random() % 16 == 0) {
      sqlite3_wal_checkpoint_v2(writer.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                nullptr);
    }
  }
  CHECK(world.integrity() == "ok");
  CHECK(commits > 0);
  CHECK(undone > 0);
  CHECK(full > 0);
}
