// A row that is not what was written: its object is told to be damaged, by name; all others are
// served.
#include <catch2/catch.hpp>

#include "annex/registry/backend.h"
#include "sqlite/commands.h"
#include "sqlite/connection.h"
#include "sqlite/schema.h"
#include "tests/registry/thing.h"
#include "tests/sqlite/store_file.h"

using namespace annex;
using Catch::Contains;
using storage::Guard;
using Code = storage::StoreError::Code;

namespace {

void run(const std::string& path, const std::string& sql) {
  auto connection = sqlite::Connection::open(path, sqlite::Connection::Access::kWrite, "");
  REQUIRE(connection);
  REQUIRE((*connection)->run(sql));
}

/// Receives a watch until its end.
class EndSink final : public storage::WatchSink {
 public:
  void on_events(std::span<const storage::Event> events) override {
    util::MutexLock lock(mutex_);
    seen_ += events.size();
  }
  void on_progress(storage::Revision) override {}
  void on_end(const storage::StoreError& why) override {
    util::MutexLock lock(mutex_);
    why_ = why;
    ended_.notify_all();
  }
  storage::StoreError wait() {
    util::MutexLock lock(mutex_);
    while (!why_) ended_.wait(mutex_);
    return *why_;
  }

 private:
  util::Mutex mutex_;
  util::CondVar ended_;
  std::size_t seen_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::optional<storage::StoreError> why_ ANNEX_GUARDED_BY(mutex_);
};

/// A file with three keys, of which "b" was changed behind the store's back.
struct Damaged {
  explicit Damaged(const std::string& change) {
    auto store = file.open();
    for (const char* key : {"a", "b", "c"}) {
      auto made = sqlite::put(*store, sqlite::create(key, "value of " + std::string(key)));
      REQUIRE(made);
      last = made->revision;
    }
    store.reset();
    run(file.path(), "UPDATE log SET " + change + " WHERE revision = " + std::to_string(last - 1));
  }
  sqlite::StoreFile file{};
  storage::Revision last{};
};

}  // namespace

TEST_CASE("a damaged row is found whichever of its parts is damaged, and only its key suffers") {
  const std::string change =
      GENERATE("value = CAST('value of x' AS BLOB)", "value = x''", "ttl = 5",
               "create_revision = create_revision - 1", "crc = crc + 1", "previous_revision = 1");
  INFO(change);
  Damaged damaged(change);
  auto store = damaged.file.open();
  const auto got = store->get("b", {});
  REQUIRE_FALSE(got);
  CHECK(got.error().code == Code::kCorrupt);
  CHECK_THAT(got.error().message,
             Contains(damaged.file.path()) &&
                 Contains("b at revision " + std::to_string(damaged.last - 1)));
  CHECK(store->get("a", {}));
  CHECK(store->get("c", {}));

  const auto page = store->list("", {});
  REQUIRE(page);
  REQUIRE(page->entries.size() == 2);
  CHECK(page->entries[1].key == "c");
  REQUIRE(page->damaged.size() == 1);
  CHECK(page->damaged[0].key == "b");
  CHECK(page->damaged[0].message == got.error().message);
  const auto first = store->list("", {{}, 1, ""});
  REQUIRE(first);
  CHECK(first->remaining == 2);
  const auto second = store->list("", {first->revision, 1, "a"});
  REQUIRE(second);
  CHECK(second->entries.size() == 1);
  CHECK_FALSE(second->more);

  const auto refused =
      sqlite::put(*store, {"b", util::Bytes(std::string("new")), Guard::at(damaged.last - 1), {}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kCorrupt);
  CHECK(
      sqlite::put(*store, {"a", util::Bytes(std::string("new")), Guard::at(damaged.last - 2), {}}));

  EndSink sink;
  auto watch = store->watch("", damaged.last - 2, sink);
  REQUIRE(watch);
  CHECK(sink.wait().code == Code::kCorrupt);
  watch->reset();
  store.reset();
  const auto checked = sqlite::check(damaged.file.path());
  REQUIRE_FALSE(checked);
  CHECK_THAT(checked.error().message,
             Contains("b at revision " + std::to_string(damaged.last - 1)));
}

TEST_CASE("damage in what is only history is found by a check, and is in nobody's way before") {
  sqlite::StoreFile file;
  auto store = file.open();
  const auto first =
      sqlite::put(*store, {"a", util::Bytes(std::string("first")), Guard::absent(), {}});
  REQUIRE(first);
  const auto second = sqlite::put(
      *store, {"a", util::Bytes(std::string("second")), Guard::at(first->revision), {}});
  REQUIRE(second);
  store.reset();
  CHECK(sqlite::check(file.path()));
  run(file.path(), "UPDATE log SET value = CAST('other' AS BLOB) WHERE revision = " +
                       std::to_string(first->revision));
  store = file.open();
  const auto page = store->list("", {});
  REQUIRE(page);
  CHECK(page->damaged.empty());
  CHECK(store->get("a", {})->value.view() == "second");
  const auto past = store->get("a", first->revision);
  REQUIRE_FALSE(past);
  CHECK(past.error().code == Code::kCorrupt);
  store.reset();
  const auto checked = sqlite::check(file.path());
  REQUIRE_FALSE(checked);
  CHECK_THAT(checked.error().message, Contains("a at revision " + std::to_string(first->revision)));
}

TEST_CASE("a server tells what of its objects is damaged, and serves the others") {
  sqlite::StoreFile file;
  registry::Registry registry;
  REQUIRE(registry.add(test::thing("things")));
  const registry::Resource& things = *registry.find("g.io", "v1", "things");
  const auto put = [&](registry::Backends& backends, const std::string& name) {
    registry::Backend& backend = *backends.find(things);
    auto draft = backend.codec().make_draft(
        name, json::Object{{"metadata", json::Object{{"name", name}}}, {"size", "big"}});
    REQUIRE(draft);
    return test::commit(backend, {{"", name}, *draft, 0});
  };
  {
    auto store = file.open();
    registry::Backends backends(registry, *store, file.clock, file.logger, {});
    REQUIRE(backends.start());
    for (const char* name : {"a", "b", "c"}) REQUIRE(put(backends, name));
  }
  run(file.path(),
      "UPDATE log SET value = CAST(replace(CAST(value AS TEXT), 'big', 'bag') AS BLOB)"
      " WHERE CAST(key AS TEXT) LIKE '%/b'");
  auto store = file.open();
  registry::Backends backends(registry, *store, file.clock, file.logger, {});
  REQUIRE(backends.start());
  registry::Backend& backend = *backends.find(things);
  const auto listed = backend.list({});
  REQUIRE(listed);
  REQUIRE(listed->items.size() == 2);
  CHECK(*backend.get({"", "c"}, {}));
  const auto got = backend.get({"", "b"}, {});
  REQUIRE_FALSE(got);
  CHECK(got.error().reason == Reason::kInternalError);
  CHECK_THAT(got.error().message, Contains("things/b"));
  CHECK_FALSE(put(backends, "b"));
  CHECK(put(backends, "d"));
}

TEST_CASE("a file of the first schema is brought up to date, and what is new has a checksum") {
  sqlite::StoreFile file;
  std::fclose(std::fopen(file.path().c_str(), "w"));
  {
    auto connection = sqlite::Connection::open(file.path(), sqlite::Connection::Access::kWrite, "");
    REQUIRE(connection);
    REQUIRE(sqlite::prepare(**connection, sqlite::migrations().first(1), 7));
    REQUIRE((*connection)
                ->run("INSERT INTO log VALUES(2, CAST('a' AS BLOB), 1, 2, 0,"
                      " CAST('old' AS BLOB), NULL)"));
  }
  CHECK(sqlite::check(file.path()));
  auto store = file.open();
  CHECK(store->epoch() == 7);
  CHECK(store->get("a", {})->value.view() == "old");
  const auto made = sqlite::put(*store, {"a", util::Bytes(std::string("new")), Guard::at(2), {}});
  REQUIRE(made);
  CHECK(store->get("a", 2)->value.view() == "old");
  store.reset();
  CHECK(sqlite::check(file.path()));
  run(file.path(), "UPDATE log SET value = x'00'");
  store = file.open();
  CHECK(store->get("a", 2));  // nobody knows better
  CHECK(store->get("a", {}).error().code == Code::kCorrupt);
}
