// The cache over a store that others write to as well, and that may be lost: it asks for the newest
// revision, goes on where it was, and begins anew only where history does.
#include <catch2/catch.hpp>
#include <chrono>

#include "annex/registry/backend.h"
#include "annex/storage/memory.h"
#include "annex/util/manual_clock.h"
#include "tests/registry/thing.h"
#include "tests/storage/changing_store.h"

using namespace annex;
using namespace annex::registry;
using storage::Revision;
using storage::StoreError;
using storage::StoreResult;

namespace {

/// A store at the other end of a connection: it can be away, its watches can break, and it can be
/// another one when it comes back. Used by one thread, but for its inner store's.
class RemoteStore final : public storage::Store {
 public:
  explicit RemoteStore(std::unique_ptr<storage::Store> inner) : inner_(std::move(inner)) {}

  StoreResult<storage::Entry> get(const std::string& key, std::optional<Revision> at) override {
    if (away) return lost();
    return inner_->get(key, at);
  }
  StoreResult<storage::ListPage> list(const std::string& prefix,
                                      const storage::ListOptions& options) override {
    if (away) return lost();
    ++lists;
    return inner_->list(prefix, options);
  }
  void commit(storage::Commit commit,
              std::function<void(StoreResult<storage::Entry>)> done) override {
    if (away) return done(lost());
    inner_->commit(std::move(commit), std::move(done));
  }
  StoreResult<std::unique_ptr<storage::Watch>> watch(const std::string& prefix, Revision after,
                                                     storage::WatchSink& sink) override {
    if (away) return lost();
    ++watches;
    auto inside = inner_->watch(prefix, after, sink);
    if (!inside) return std::move(inside).error();
    sink_ = &sink;
    return std::unique_ptr<storage::Watch>(
        std::make_unique<RemoteWatch>(*this, std::move(*inside)));
  }
  StoreResult<Revision> current_revision() override {
    if (away) return lost();
    ++asked;
    return inner_->current_revision();
  }
  StoreResult<void> compact(Revision revision) override { return inner_->compact(revision); }
  std::uint64_t epoch() const override { return inner_->epoch(); }
  bool is_exclusive() const override { return exclusive; }

  /// Ends the watch that there is.
  void end_watch(StoreError::Code code) {
    watch_->inside.reset();
    sink_->on_end({code, "gone", {}});
  }
  /// What was is gone: another store is in its place. Requires: the watch has ended.
  void replace(std::unique_ptr<storage::Store> other) { inner_ = std::move(other); }
  storage::Store& inner() { return *inner_; }

  bool away = false;
  bool exclusive = false;
  int lists = 0;
  int watches = 0;
  int asked = 0;
  int progress_asked = 0;

 private:
  struct RemoteWatch final : storage::Watch {
    RemoteWatch(RemoteStore& of, std::unique_ptr<storage::Watch> watch)
        : store(of), inside(std::move(watch)) {
      store.watch_ = this;
    }
    void request_progress() override {
      ++store.progress_asked;
      if (inside) inside->request_progress();
    }
    RemoteStore& store;
    std::unique_ptr<storage::Watch> inside;
  };

  static StoreError lost() { return {StoreError::Code::kUnavailable, "no route to the store", {}}; }

  std::unique_ptr<storage::Store> inner_;
  RemoteWatch* watch_ = nullptr;
  storage::WatchSink* sink_ = nullptr;
};

struct World {
  World() {
    REQUIRE(registry.add(test::thing("things")));
    REQUIRE(registry.add(test::thing("others")));
    backends.emplace(registry, store, clock, logger, options);
    REQUIRE(backends->start());
  }
  std::unique_ptr<storage::Store> fresh() { return storage::make_memory_store({}, clock, random); }
  Backend& backend(const std::string& plural = "things") {
    return *backends->find(*registry.find("g.io", "v1", plural));
  }
  WatchCache& cache() { return *backend().cache(); }
  Revision commit(storage::Commit commit) {
    Revision made = 0;
    store.inner().commit(std::move(commit), [&](const StoreResult<storage::Entry>& entry) {
      if (entry) made = entry->revision;
    });
    REQUIRE(made != 0);
    return made;
  }
  /// A write of somebody else's, around the server.
  Revision foreign(const std::string& key, const std::string& value = "x") {
    const auto held = store.inner().get(key, {});
    return commit({key, util::Bytes(value), {held ? held->revision : 0}, {}});
  }
  Revision foreign_thing(const std::string& name) {
    return foreign("/registry/g.io/things/" + name,
                   R"({"kind":"Thing","apiVersion":"g.io/v1","metadata":{"name":")" + name +
                       R"("},"size":"big"})");
  }
  std::vector<std::string> names(const ReadAt& at = {}) {
    auto listed = backend().list({.at = at});
    if (!listed) return {"failed: " + listed.error().message};
    std::vector<std::string> all;
    for (const ItemPtr& item : listed->items) all.push_back(item->key);
    return all;
  }
  /// What a watcher at `position` has next.
  std::vector<std::string> seen(WatchCache::Position& position) {
    const auto batch = cache().read(position, 1000);
    if (batch.ended) return {"ended"};
    position = batch.next;
    std::vector<std::string> all;
    for (const CacheEventPtr& event : batch.events) {
      all.push_back((event->current() ? "+" : "-") +
                    (event->current() ? event->current() : event->previous())->key);
    }
    return all;
  }

  util::ManualClock clock{};
  util::SystemRandom random{};
  util::NullLogger logger{};
  RemoteStore store{fresh()};
  Registry registry{};
  // No test waits so long, unless it fails.
  BackendOptions options{.wait = std::chrono::seconds(20)};
  std::optional<Backends> backends{};
};

using Names = std::vector<std::string>;
const ReadAt kAny{ReadAt::Kind::kAny, 0};

}  // namespace

TEST_CASE("a consistent read of a shared store shows what others have written") {
  World world;
  CHECK(world.names().empty());
  world.foreign_thing("a");
  const int asked = world.store.asked;
  CHECK(world.names() == Names{"a"});
  CHECK(world.store.asked == asked + 1);
  CHECK(world.names(kAny) == Names{"a"});
  CHECK(world.store.asked == asked + 1);
}

TEST_CASE("revisions that tell the cache of nothing are asked for, and only then") {
  World world;
  world.foreign_thing("a");
  // Far on, and without an event below our prefix.
  Revision last = 0;
  for (int i = 0; i < 50; ++i) last = world.foreign("/elsewhere/" + std::to_string(i));
  CHECK(world.cache().revision() < last);
  const int asked = world.store.progress_asked;
  const auto listed = world.backend().list({});
  REQUIRE(listed);
  CHECK(listed->revision == last);
  CHECK(listed->items.size() == 1);
  CHECK(world.store.progress_asked == asked + 1);
  CHECK(world.names() == Names{"a"});
  CHECK(world.store.progress_asked == asked + 1);  // nothing has happened since

  // A client knows of a revision that the cache has not seen.
  last = world.foreign("/elsewhere/1");
  CHECK(world.names({ReadAt::Kind::kNotOlderThan, last}) == Names{"a"});
  CHECK(world.store.progress_asked == asked + 2);
  // Both resources have come there, also the one that nobody writes to.
  CHECK(world.backend("others").cache()->revision() == last);
}

TEST_CASE("a store that is ours alone is not asked for progress") {
  World world;
  world.store.exclusive = true;
  world.foreign_thing("a");
  CHECK(world.names() == Names{"a"});
  CHECK(world.store.progress_asked == 0);
}

TEST_CASE("progress without events moves the cache and no watcher") {
  World world;
  WatchCache::Position position = world.cache().begin_with_state("").position;
  world.foreign("/elsewhere/1");
  CHECK(world.names().empty());
  const auto batch = world.cache().read(position, 10);
  CHECK(batch.events.empty());
  CHECK(batch.next == position);
  CHECK(batch.revision == *world.store.current_revision());
}

TEST_CASE("sparse revisions reach a watcher as they are, in order") {
  World world;
  const auto start = world.cache().begin_with_state("");
  const Revision first = world.foreign_thing("a");
  for (int i = 0; i < 10; ++i) world.foreign("/elsewhere/1");
  const Revision second = world.foreign_thing("b");
  CHECK(world.names() == Names{"a", "b"});
  const auto batch = world.cache().read(start.position, 10);
  REQUIRE(batch.events.size() == 2);
  CHECK(batch.events[0]->revision() == first);
  CHECK(batch.events[1]->revision() == second);
  CHECK(second == first + 11);
  // A watch may begin at a revision that was somebody else's.
  Revision oldest = 0;
  const auto between = world.cache().begin_after(first + 5, &oldest);
  REQUIRE(between);
  CHECK(world.cache().read(*between, 10).events.size() == 1);
}

TEST_CASE("compaction under the cache disturbs neither reads nor watchers") {
  World world;
  WatchCache::Position position = world.cache().begin_with_state("").position;
  world.foreign_thing("a");
  const Revision compacted = world.foreign_thing("b");
  REQUIRE(world.store.compact(compacted));
  world.foreign_thing("c");
  CHECK(world.names() == Names{"a", "b", "c"});
  CHECK(world.seen(position) == Names{"+a", "+b", "+c"});
  CHECK(world.names({ReadAt::Kind::kExactly, compacted}) == Names{"a", "b"});
  const auto gone = world.backend().list({.at = {ReadAt::Kind::kExactly, compacted - 1}});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().reason == Reason::kExpired);
}

TEST_CASE("a list at a revision is the cache's unless something has changed since") {
  World world;
  world.foreign_thing("a");
  const Revision both = world.foreign_thing("b");
  CHECK(world.names() == Names{"a", "b"});
  const int lists = world.store.lists;
  const ReadAt at{ReadAt::Kind::kExactly, both};
  CHECK(world.names(at) == Names{"a", "b"});

  // What others write elsewhere changes nothing here.
  const Revision later = world.foreign("/elsewhere/1");
  CHECK(world.names() == Names{"a", "b"});
  CHECK(world.names({ReadAt::Kind::kExactly, later}) == Names{"a", "b"});
  const auto first = world.backend().list({.at = at, .limit = 1});
  REQUIRE(first);
  CHECK(first->revision == both);
  CHECK(first->items.at(0)->key == "a");
  CHECK(first->more);
  CHECK(first->remaining == 1);
  const auto all = [](const Item&) { return true; };
  const auto second = world.backend().list({.at = at, .after = "a", .limit = 1, .matches = all});
  REQUIRE(second);
  CHECK(second->revision == both);
  CHECK(second->items.at(0)->key == "b");
  CHECK_FALSE(second->more);
  CHECK(world.store.lists == lists);

  // The cache knows no more how it was, and not yet how it will be.
  world.foreign_thing("c");
  CHECK(world.names() == Names{"a", "b", "c"});
  CHECK(world.names(at) == Names{"a", "b"});
  CHECK(world.store.lists == lists + 1);
  const auto future = world.backend().list({.at = {ReadAt::Kind::kExactly, later + 9}});
  REQUIRE_FALSE(future);
  CHECK(future.error().reason == Reason::kTimeout);
}

TEST_CASE("a watch that broke goes on where it was: nothing is read anew, no watcher ends") {
  World world;
  WatchCache::Position position = world.cache().begin_with_state("").position;
  world.foreign_thing("a");
  CHECK(world.names() == Names{"a"});
  const int lists = world.store.lists;
  world.store.end_watch(StoreError::Code::kUnavailable);
  world.foreign_thing("b");
  world.commit({"/registry/g.io/things/a",
                {},
                {world.store.inner().get("/registry/g.io/things/a", {})->revision},
                {}});
  CHECK(world.names() == Names{"b"});
  CHECK(world.seen(position) == Names{"+a", "+b", "-a"});
  CHECK(world.store.lists == lists);
}

TEST_CASE("while the store is away only what may be old is shown, and then all is as before") {
  World world;
  WatchCache::Position position = world.cache().begin_with_state("").position;
  const Revision first = world.foreign_thing("a");
  CHECK(world.names() == Names{"a"});
  const int lists = world.store.lists;
  world.store.away = true;
  world.store.end_watch(StoreError::Code::kUnavailable);
  for (int i = 0; i < 3; ++i) {
    const auto newest = world.backend().list({});
    REQUIRE_FALSE(newest);
    CHECK(newest.error().reason == Reason::kServiceUnavailable);
  }
  CHECK(world.names(kAny) == Names{"a"});
  CHECK(world.names({ReadAt::Kind::kNotOlderThan, first}) == Names{"a"});
  CHECK_FALSE(world.backend().list({.at = {ReadAt::Kind::kNotOlderThan, first + 1}}));
  world.foreign_thing("b");
  world.store.away = false;
  CHECK(world.names() == Names{"a", "b"});
  CHECK(world.seen(position) == Names{"+a", "+b"});
  CHECK(world.store.lists == lists);
}

TEST_CASE("what was compacted while the watch was broken is read anew, and watchers end") {
  World world;
  WatchCache::Position position = world.cache().begin_with_state("").position;
  world.foreign_thing("a");
  CHECK(world.names() == Names{"a"});
  world.store.end_watch(StoreError::Code::kUnavailable);
  world.foreign_thing("b");
  REQUIRE(world.store.compact(world.foreign_thing("c")));
  CHECK(world.names() == Names{"a", "b", "c"});
  CHECK(world.seen(position) == Names{"ended"});
}

TEST_CASE("another epoch is read anew, whatever its revisions are") {
  World world;
  WatchCache::Position position = world.cache().begin_with_state("").position;
  for (int i = 0; i < 5; ++i) world.foreign_thing("a");
  CHECK(world.names() == Names{"a"});
  // It may be told so, or the watch only broke.
  world.store.end_watch(GENERATE(StoreError::Code::kTooOld, StoreError::Code::kUnavailable));
  world.store.replace(world.fresh());
  const Revision made = world.foreign_thing("z");
  const auto listed = world.backend().list({});
  REQUIRE(listed);
  CHECK(listed->revision == made);
  CHECK(world.names() == Names{"z"});
  CHECK(world.seen(position) == Names{"ended"});
  // And it is followed.
  position = world.cache().begin_with_state("").position;
  world.foreign_thing("y");
  CHECK(world.names() == Names{"y", "z"});
  CHECK(world.seen(position) == Names{"+y"});
}

TEST_CASE("a past that is too far back is read once, however many ask for it") {
  World world;
  const Revision first = world.foreign_thing("a");
  const Revision second = world.foreign_thing("b");
  REQUIRE(world.store.compact(second));
  world.backends.emplace(world.registry, world.store, world.clock, world.logger, world.options);
  REQUIRE(world.backends->start());
  const int watches = world.store.watches;
  for (int i = 0; i < 5; ++i) {
    world.backend().reach_back(first);
    world.backend().reach_back(first - 1);
  }
  CHECK(world.store.watches == watches + 1);
}
