#include <catch2/catch.hpp>
#include <mutex>

#include "annex/storage/memory.h"
#include "annex/util/manual_clock.h"

using namespace annex::storage;
using annex::util::Bytes;
using Code = StoreError::Code;

namespace {

class Recorder final : public WatchSink {
 public:
  void on_events(std::span<const Event> batch) override {
    events.insert(events.end(), batch.begin(), batch.end());
  }
  void on_progress(Revision) override {}
  void on_end(const StoreError&) override {}

  std::vector<Event> events;
};

struct Fixture {
  annex::util::ManualClock clock;
  annex::util::SeededRandom random{7};
  MemoryOptions options{};
  std::unique_ptr<Store> store = make_memory_store(options, clock, random);

  StoreResult<Entry> write(const std::string& key, std::optional<std::string> value, Guard guard) {
    std::optional<StoreResult<Entry>> answer;
    Commit commit{key, std::nullopt, guard, {}};
    if (value) commit.value = Bytes(*value);
    store->commit(std::move(commit),
                  [&](StoreResult<Entry> result) { answer = std::move(result); });
    REQUIRE(answer.has_value());
    return *answer;
  }
  void remove(const std::string& key) {
    REQUIRE(
        write(key, std::nullopt, Guard::at(store->get(key, std::nullopt)->revision)).has_value());
  }
  Revision put(const std::string& key, const std::string& value, Guard guard) {
    auto entry = write(key, value, guard);
    REQUIRE(entry.has_value());
    return entry->revision;
  }
};

}  // namespace

TEST_CASE("guards decide, and a refused commit tells what is there") {
  Fixture f;
  const Revision first = f.put("a", "1", Guard::absent());
  const auto exists = f.write("a", "2", Guard::absent());
  CHECK(exists.error().code == Code::kExists);
  CHECK(exists.error().current->value.view() == "1");
  const Revision second = f.put("a", "2", Guard::at(first));
  CHECK(second > first);
  const auto conflict = f.write("a", "3", Guard::at(first));
  CHECK(conflict.error().code == Code::kConflict);
  CHECK(conflict.error().current->revision == second);
  const auto gone = f.write("a", std::nullopt, Guard::at(second));
  REQUIRE(gone.has_value());
  CHECK(gone->value.view() == "2");
  CHECK(gone->revision > second);
  CHECK(f.write("a", std::nullopt, Guard::at(second)).error().code == Code::kNotFound);
  CHECK(f.write("b", "1", Guard::at(5)).error().code == Code::kConflict);
  CHECK(f.store->get("a", std::nullopt).error().code == Code::kNotFound);
  CHECK(f.store->get("a", second)->value.view() == "2");
  CHECK(f.store->get("a", first)->create_revision == first);
}

TEST_CASE("lists are consistent at a revision, in order of keys, in pages") {
  Fixture f;
  for (const char* key : {"n/a", "n-b/x", "n/c", "n/b", "o/a"}) f.put(key, key, Guard::absent());
  const Revision before = *f.store->current_revision();
  f.put("n/d", "later", Guard::absent());
  f.remove("n/a");

  ListOptions options;
  options.at = before;
  options.limit = 2;
  const auto page = f.store->list("n/", options);
  REQUIRE(page.has_value());
  CHECK(page->entries.size() == 2);
  CHECK(page->entries[0].key == "n/a");
  CHECK(page->more);
  CHECK(page->remaining == 1);
  options.after = page->entries.back().key;
  const auto rest = f.store->list("n/", options);
  CHECK(rest->entries.size() == 1);
  CHECK(rest->entries[0].key == "n/c");
  CHECK_FALSE(rest->more);
  CHECK(f.store->list("n/", {})->entries.size() == 3);
}

TEST_CASE("a watch gets what it missed, then what happens, each once and in order") {
  Fixture f;
  const Revision first = f.put("n/a", "1", Guard::absent());
  const Revision second = f.put("n/a", "2", Guard::at(first));
  f.put("o/a", "other", Guard::absent());
  Recorder recorder;
  auto watch = f.store->watch("n/", first, recorder);
  REQUIRE(watch.has_value());
  f.remove("n/a");
  REQUIRE(recorder.events.size() == 2);
  CHECK(recorder.events[0].revision == second);
  CHECK(recorder.events[0].previous.view() == "1");
  CHECK_FALSE(recorder.events[0].is_create());
  CHECK(recorder.events[1].type == Event::Type::kDelete);
  CHECK(recorder.events[1].previous.view() == "2");
  watch->reset();
  f.put("n/b", "1", Guard::absent());
  CHECK(recorder.events.size() == 2);
}

TEST_CASE("history is readable for five minutes and then too old") {
  Fixture f;
  const Revision first = f.put("a", "1", Guard::absent());
  const Revision second = f.put("a", "2", Guard::at(first));
  f.clock.advance(std::chrono::minutes(5));
  f.put("b", "1", Guard::absent());
  CHECK(f.store->get("a", first)->value.view() == "1");
  f.clock.advance(std::chrono::seconds(1));
  CHECK(f.store->get("a", first).error().code == Code::kTooOld);
  Recorder recorder;
  CHECK(f.store->watch("", first, recorder).error().code == Code::kTooOld);
  CHECK(f.store->get("a", std::nullopt)->value.view() == "2");
  CHECK(f.store->get("a", std::nullopt)->revision == second);
}

TEST_CASE("history is bounded in bytes, the store as a whole too") {
  Fixture f;
  f.options.history_bytes = 1000;
  f.options.total_bytes = 1000;
  f.store = make_memory_store(f.options, f.clock, f.random);
  Revision at = f.put("a", std::string(60, 'x'), Guard::absent());
  const Revision first = at;
  for (int i = 0; i < 10; ++i) at = f.put("a", std::string(60, 'x'), Guard::at(at));
  CHECK(f.store->get("a", first).error().code == Code::kTooOld);
  CHECK(f.write("b", std::string(2000, 'x'), Guard::absent()).error().code == Code::kFull);
  CHECK(f.store->get("b", std::nullopt).error().code == Code::kNotFound);
  CHECK(f.write("b", std::string(900, 'x'), Guard::absent()).has_value());
  CHECK(f.store->get("a", at)->value.size() == 60);
}

TEST_CASE("compaction keeps the state and forgets the history; the future is not readable") {
  Fixture f;
  const Revision first = f.put("a", "1", Guard::absent());
  const Revision second = f.put("a", "2", Guard::at(first));
  REQUIRE(f.store->compact(second).has_value());
  CHECK(f.store->get("a", first).error().code == Code::kTooOld);
  CHECK(f.store->get("a", second)->value.view() == "2");
  CHECK(f.store->compact(second + 5).error().code == Code::kFuture);
  CHECK(f.store->get("a", second + 5).error().code == Code::kFuture);
  Recorder recorder;
  CHECK(f.store->watch("", second + 5, recorder).error().code == Code::kFuture);
}

TEST_CASE("a key that is written all the time stays cheap, and its versions readable") {
  Fixture f;
  f.options.history_bytes = 1U << 20U;
  f.store = make_memory_store(f.options, f.clock, f.random);
  Revision at = f.put("lease", "0", Guard::absent());
  for (int i = 1; i < 20000; ++i) at = f.put("lease", std::to_string(i), Guard::at(at));
  CHECK(f.store->get("lease", at - 100)->value.view() == "19899");
  CHECK(f.store->get("lease", at - 19000).error().code == Code::kTooOld);
  f.remove("lease");
  f.clock.advance(std::chrono::minutes(6));
  CHECK(f.store->list("", {})->entries.empty());
}

TEST_CASE("a sink may write, and what it writes is delivered after what it saw") {
  struct Echo final : WatchSink {
    void on_events(std::span<const Event> batch) override {
      for (const Event& event : batch) {
        seen.push_back(event.key);
        if (event.key == "n/a") {
          store->commit({"n/echo", Bytes(std::string("x")), Guard::absent(), {}},
                        [](StoreResult<Entry>) {});
        }
      }
    }
    void on_progress(Revision) override {}
    void on_end(const StoreError&) override {}
    Store* store = nullptr;
    std::vector<std::string> seen;
  };
  Fixture f;
  Echo echo;
  echo.store = f.store.get();
  auto watch = f.store->watch("n/", *f.store->current_revision(), echo);
  REQUIRE(watch.has_value());
  f.put("n/a", "1", Guard::absent());
  CHECK(echo.seen == std::vector<std::string>{"n/a", "n/echo"});
}

TEST_CASE("a value with a ttl goes when the store is next called, with an event") {
  Fixture f;
  Recorder recorder;
  auto watch = f.store->watch("", *f.store->current_revision(), recorder);
  std::optional<StoreResult<Entry>> answer;
  f.store->commit({"a", Bytes(std::string("1")), Guard::absent(), std::chrono::seconds(10)},
                  [&](StoreResult<Entry> result) { answer = std::move(result); });
  REQUIRE(answer->has_value());
  f.clock.advance(std::chrono::seconds(9));
  CHECK(f.store->get("a", std::nullopt)->value.view() == "1");
  f.clock.advance(std::chrono::seconds(1));
  CHECK(*f.store->current_revision() == (*answer)->revision + 1);
  REQUIRE(recorder.events.size() == 2);
  CHECK(recorder.events[1].type == Event::Type::kDelete);
  CHECK(recorder.events[1].previous.view() == "1");
  CHECK(f.store->get("a", std::nullopt).error().code == Code::kNotFound);
}

TEST_CASE("progress comes when it is asked for, after the events before it") {
  struct Progress final : WatchSink {
    void on_events(std::span<const Event> batch) override { events += batch.size(); }
    void on_progress(Revision revision) override { told.emplace_back(revision, events); }
    void on_end(const StoreError&) override {}
    std::size_t events = 0;
    std::vector<std::pair<Revision, std::size_t>> told;
  };
  Fixture f;
  Progress progress;
  auto watch = f.store->watch("n/", *f.store->current_revision(), progress);
  f.put("n/a", "1", Guard::absent());
  const Revision other = f.put("o/a", "1", Guard::absent());
  (*watch)->request_progress();
  CHECK(progress.told == std::vector<std::pair<Revision, std::size_t>>{{other, 1}});
}
