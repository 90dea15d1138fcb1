// The write-ahead log stays small, whoever writes and reads without a pause.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "sqlite/log_gauge.h"
#include "sqlite/snapshot.h"
#include "sqlite/turnstile.h"
#include "tests/sqlite/faulty_disk.h"
#include "tests/sqlite/store_file.h"

using namespace annex;

namespace {

constexpr std::size_t kPage = sqlite::kPageBytes;
constexpr std::size_t kLargeLog = kPage * sqlite::kLargeLogPages;

/// A store on a disk without syncs to wait for.
struct World {
  World() { file.options.vfs = disk.vfs(); }

  /// Writes values of `bytes` until the log, did it never begin anew, would have that size.
  void write(storage::Store& store, std::size_t bytes, std::size_t log) {
    for (std::size_t written = 0; written < log; written += bytes) {
      REQUIRE(sqlite::put(store,
                          sqlite::create("k" + std::to_string(next++), std::string(bytes, 'x'))));
    }
  }
  /// The size that the log has had since it last began anew, or the limit's if that is more.
  std::size_t log_bytes() const { return std::filesystem::file_size(file.path() + "-wal"); }

  sqlite::FaultyDisk disk{1};
  sqlite::StoreFile file{};
  int next = 0;
};

/// Writes to so many keys, whose order is not that of the writes. The store has nothing else, and
/// had `times` such writes before.
void write_everywhere(storage::Store& store, int keys, int times) {
  util::Mutex mutex;
  util::CondVar changed;
  int open = keys;
  const storage::Revision first = *store.current_revision() + 1 - static_cast<std::uint64_t>(keys);
  for (int i = 0; i < keys; ++i) {
    const std::string number = std::to_string(std::uint64_t(i) * 7919 % std::uint64_t(keys));
    storage::Commit commit;
    commit.key = std::string(6 - number.size(), '0') + number + std::string(200, 'k');
    commit.value = util::Bytes::literal("x");
    if (times != 0) commit.guard.revision = first + static_cast<std::uint64_t>(i);
    store.commit(std::move(commit), [&](const storage::StoreResult<storage::Entry>& result) {
      if (!result) return;  // then the test never ends
      util::MutexLock lock(mutex);
      if (--open == 0) changed.notify_all();
    });
  }
  util::MutexLock lock(mutex);
  while (open != 0) changed.wait(mutex);
}

/// Up to which revision the file's history is swept; 0 if nothing tells. Any thread.
std::uint64_t swept_to(sqlite::Connection& connection) {
  sqlite::Query query(connection, "SELECT value FROM meta WHERE name = 'swept'");
  return query.next() ? query.number(0) : 0;
}

/// Reads without a pause: a read begins with each commit, before the last one ends, so that the log
/// is always read to its end. Ends early for whoever waits for it. Outlives the store.
class EndlessReader {
 public:
  explicit EndlessReader(World& world) : disk_(world.disk) {
    world.file.open();  // makes it
    for (auto& connection : connections_) {
      auto opened = sqlite::Connection::open(world.file.path(), sqlite::Connection::Access::kRead,
                                             world.file.options.vfs);
      REQUIRE(opened);
      connection = std::move(*opened);
    }
    disk_.at_commit([this] { read_on(); });
    disk_.at_wait([this] { end(); });
  }
  ~EndlessReader() {
    disk_.at_commit(nullptr);
    disk_.at_wait(nullptr);
    CHECK(failures_ == 0);
  }

 private:
  void read_on() {
    util::MutexLock lock(mutex_);
    turn_ = 1 - turn_;
    reads_[turn_].emplace(*connections_[turn_]);
    // Not asserted here: this is whatever thread commits.
    if (!reads_[turn_]->begin()) ++failures_;
    reads_[1 - turn_].reset();
  }
  void end() {
    util::MutexLock lock(mutex_);
    reads_[turn_].reset();
  }

  sqlite::FaultyDisk& disk_;
  std::atomic<int> failures_{0};
  std::unique_ptr<sqlite::Connection> connections_[2];
  util::Mutex mutex_;
  std::size_t turn_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::optional<sqlite::Snapshot> reads_[2] ANNEX_GUARDED_BY(mutex_);
};

}  // namespace

TEST_CASE("who waits at a turnstile is let in before who comes back to it") {
  sqlite::Turnstile turnstile;
  std::vector<int> order;  // of those who were in
  turnstile.lock();
  std::thread second([&] {
    const sqlite::Turn turn(turnstile);
    order.push_back(2);
  });
  while (turnstile.waiting() < 1) std::this_thread::yield();
  std::thread third([&] {
    const sqlite::Turn turn(turnstile);
    order.push_back(3);
  });
  while (turnstile.waiting() < 2) std::this_thread::yield();
  turnstile.unlock();
  turnstile.lock();
  order.push_back(1);
  turnstile.unlock();
  second.join();
  third.join();
  CHECK(order == std::vector<int>{2, 3, 1});
}

TEST_CASE("a log is carried over as it grows, and asked to begin anew once it is large") {
  sqlite::LogGauge log;
  CHECK_FALSE(log.measured(sqlite::kCheckpointPages - 1));
  CHECK(log.measured(sqlite::kCheckpointPages));
  log.carried(sqlite::kCheckpointPages);
  CHECK_FALSE(log.measured(sqlite::kCheckpointPages + 1));
  CHECK(log.measured(2 * sqlite::kCheckpointPages));
  CHECK_FALSE(log.is_large());
  CHECK(log.measured(sqlite::kLargeLogPages));
  CHECK(log.is_large());
  // Somebody kept it from that: not at each look.
  log.carried(sqlite::kLargeLogPages);
  log.asked_anew();
  CHECK(log.measured(sqlite::kLargeLogPages + sqlite::kCheckpointPages));
  CHECK_FALSE(log.is_large());
  log.measured(2 * sqlite::kLargeLogPages);
  CHECK(log.is_large());
  // It began anew: what was carried over was of the old one.
  CHECK_FALSE(log.measured(1));
  CHECK_FALSE(log.is_large());
  CHECK(log.measured(sqlite::kCheckpointPages));
}

TEST_CASE("readers without a pause do not keep the log from beginning anew") {
  World world;
  const EndlessReader reader(world);
  const auto store = world.file.open();
  world.write(*store, 64000, 4 * kLargeLog);
  CHECK(world.log_bytes() < 3 * kLargeLog);
}

TEST_CASE("what a long reader made the log grow to is given back once the reader has gone") {
  World world;
  const auto store = world.file.open();
  world.write(*store, 64000, kLargeLog / 8);
  {
    auto connection = sqlite::Connection::open(world.file.path(), sqlite::Connection::Access::kRead,
                                               world.file.options.vfs);
    REQUIRE(connection);
    sqlite::Snapshot reader(**connection);
    REQUIRE(reader.begin());
    world.write(*store, 64000, 2 * kLargeLog);
    CHECK(world.log_bytes() > 2 * kLargeLog);
  }
  const std::size_t limit = kLargeLog + 100 * kPage;
  // Enough that it is asked to begin anew. How long it takes to carry it over before that only the
  // disk knows.
  for (int i = 0; i < 6000 && world.log_bytes() > limit; ++i) {
    world.write(*store, 64000, i < 50 ? kLargeLog / 50 : 64000);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(world.log_bytes() <= limit);
}

TEST_CASE("the sweep of a long history does not fill the log") {
  constexpr int kKeys = 6000;
  World world;
  world.file.open();  // makes it
  auto connection = sqlite::Connection::open(world.file.path(), sqlite::Connection::Access::kRead,
                                             world.file.options.vfs);
  REQUIRE(connection);
  util::Mutex mutex;
  util::CondVar changed;
  std::uint64_t swept = 0;
  world.disk.at_commit([&] {
    const std::uint64_t now = swept_to(**connection);
    util::MutexLock lock(mutex);
    swept = now;
    changed.notify_all();
  });
  const auto store = world.file.open();
  write_everywhere(*store, kKeys, 0);
  write_everywhere(*store, kKeys, 1);
  const std::size_t before = world.log_bytes();
  const auto newest = *store->current_revision();
  REQUIRE(store->compact(newest));
  {
    util::MutexLock lock(mutex);
    for (int i = 0; i < 60 && swept != newest; ++i) {
      changed.wait_for(mutex, std::chrono::seconds(1));
    }
    REQUIRE(swept == newest);
  }
  CHECK(world.log_bytes() - before < 2 * kPage * sqlite::kCheckpointPages);
}
