// The write loop and the watch cache over a store whose nth call fails, before or after it took
// effect, for every n: no write is lost or done twice, no event comes twice, no revision goes back.
#include <catch2/catch.hpp>
#include <chrono>
#include <map>

#include "annex/registry/backend.h"
#include "annex/registry/writes.h"
#include "annex/storage/memory.h"
#include "annex/testing/faulty_store.h"
#include "annex/util/manual_clock.h"
#include "tests/registry/thing.h"

using namespace annex;
using namespace annex::registry;
using storage::Revision;
using testing::Faults;

namespace {

std::string size_of(const json::Value& object) { return object.at_string({"size"}); }

/// Adds a letter to the size. Before it answers for the first time it has something else done, so
/// that its write loses the race.
class Add final : public Transform {
 public:
  Add(char letter, std::function<void()> between) : letter_(letter), between_(std::move(between)) {}
  Result<json::Value> apply(const json::Value* live) override {
    if (between_) std::exchange(between_, {})();
    json::Value object = *live;
    object.as_object().set("size", size_of(object) + letter_);
    return object;
  }

 private:
  const char letter_;
  std::function<void()> between_;
};

/// One writer, who knows what each of its writes must have left, and one watcher.
class Play {
 public:
  Play(std::size_t nth, Faults::When when) {
    REQUIRE(registry_.add(test::thing("things")));
    backends_.emplace(registry_, *store_, clock_, logger_,
                      BackendOptions{.wait = std::chrono::seconds(20)});
    REQUIRE(backends_->start());
    faults_->fail(nth, when);
    begin_watch();
  }

  void create(const std::string& name, char letter) {
    json::Object metadata;
    metadata.append("name", name);
    metadata.append("namespace", "shop");
    json::Object object;
    object.append("metadata", json::Value(std::move(metadata)));
    object.append("size", std::string(1, letter));
    WriteRequest wanted = request(name);
    const auto written = writes().create(wanted, json::Value(std::move(object))).run();
    note(name, std::string(1, letter), written ? nullptr : &written.error());
  }

  void add(const std::string& name, char letter, std::function<void()> between = {}) {
    Add transform(letter, std::move(between));
    WriteRequest wanted = request(name);
    const auto written = writes().update(wanted, transform, false).run();
    note(name, known_[name] + letter, written ? nullptr : &written.error());
    if (written) {
      CHECK(written->item->revision > newest_);
      newest_ = written->item->revision;
    }
  }

  void remove(const std::string& name) {
    WriteRequest wanted = request(name);
    const auto removed = writes().remove(wanted, {}).run();
    note(name, {}, removed ? nullptr : &removed.error());
  }

  /// The watcher ends with what there is; how many calls it all took.
  std::size_t finish() {
    const ListResult end = list();
    REQUIRE(backend().cache()->wait_for(end.revision, std::chrono::seconds(20)));
    watch();
    std::map<std::string, std::string> there;
    for (const ItemPtr& item : end.items) there[item->key] = text(item);
    CHECK(seen_ == there);
    for (const auto& [name, size] : known_) {
      const auto found = there.find("shop/" + name);
      CHECK((size.empty() ? found == there.end() : found != there.end() && found->second == size));
    }
    return faults_->calls();
  }

 private:
  Backend& backend() { return *backends_->find(*registry_.find("g.io", "v1", "things")); }
  Writes writes() { return {*registry_.find("g.io", "v1", "things"), backend(), clock_, random_}; }
  static WriteRequest request(const std::string& name) {
    WriteRequest request;
    request.key = {"shop", name};
    return request;
  }
  std::string text(const ItemPtr& item) { return size_of(*backend().codec().hub(*item)); }

  /// What is there now must be `wanted`, or, if the write failed, what was.
  void note(const std::string& name, const std::string& wanted, const Error* error) {
    INFO(name << " is to be \"" << wanted << "\", was \"" << known_[name] << "\""
              << (error == nullptr ? "" : ": " + error->message));
    const std::string now = read(name);
    CHECK((now == wanted || (error != nullptr && now == known_[name])));
    // Without a failure of the store only what follows of an earlier one may be in the way.
    if (error != nullptr) CHECK(faults_->has_failed());
    known_[name] = now;
    watch();
  }

  /// The one failure may hit a read, too.
  template <typename Read>
  auto try_twice(Read read) {
    auto got = read();
    if (!got) {
      CHECK(faults_->has_failed());
      got = read();
    }
    REQUIRE(got);
    return *got;
  }
  std::string read(const std::string& name) {
    const ItemPtr item = try_twice([&] { return backend().get({"shop", name}, {}); });
    if (!item) return {};
    CHECK(item->revision >= read_[name]);
    read_[name] = item->revision;
    return text(item);
  }
  ListResult list() {
    ListResult result = try_twice([&] { return backend().list({}); });
    CHECK(result.revision >= listed_);
    listed_ = result.revision;
    return result;
  }

  void begin_watch() {
    const WatchCache::Start start = backend().cache()->begin_with_state("");
    position_ = start.position;
    CHECK(start.state.revision >= followed_);
    followed_ = start.state.revision;
    seen_.clear();
    for (const ItemPtr& item : start.state.items) seen_[item->key] = text(item);
  }
  /// Takes what has come.
  void watch() {
    while (true) {
      const WatchCache::Batch batch = backend().cache()->read(position_, 1000);
      if (batch.ended) {
        CHECK(faults_->has_failed());
        begin_watch();
        continue;
      }
      if (batch.events.empty()) return;
      position_ = batch.next;
      for (const CacheEventPtr& event : batch.events) {
        CHECK(event->revision() > followed_);
        followed_ = event->revision();
        const std::string key = (event->current() ? event->current() : event->previous())->key;
        const auto known = seen_.find(key);
        const std::string before = known == seen_.end() ? "" : known->second;
        CHECK(before == (event->previous() ? text(event->previous()) : ""));
        if (event->current()) {
          seen_[key] = text(event->current());
        } else {
          seen_.erase(key);
        }
      }
    }
  }

  util::ManualClock clock_;
  util::SeededRandom random_{1};
  util::NullLogger logger_;
  Registry registry_;
  const std::shared_ptr<Faults> faults_ = std::make_shared<Faults>();
  const std::unique_ptr<storage::Store> store_ =
      testing::make_faulty_store(storage::make_memory_store({}, clock_, random_), faults_);
  std::optional<Backends> backends_;
  std::map<std::string, std::string> known_;  ///< sizes that the writer knows, by name; empty: gone
  std::map<std::string, std::string> seen_;   ///< those that the watcher knows, by key
  std::map<std::string, Revision> read_;
  WatchCache::Position position_{};
  Revision newest_ = 0;
  Revision listed_ = 0;
  Revision followed_ = 0;
};

/// How many calls of the store it took.
std::size_t play(std::size_t nth, Faults::When when) {
  Play play(nth, when);
  play.create("a", 'b');
  play.create("b", 'c');
  play.add("a", 'd');
  // Writes that cross: neither may undo the other.
  play.add("a", 'f', [&] { play.add("a", 'e'); });
  play.add("b", 'h', [&] {
    play.remove("b");
    play.create("b", 'g');
  });
  play.add("a", 'i');
  play.remove("a");
  play.create("a", 'j');
  play.add("a", 'k');
  return play.finish();
}

}  // namespace

TEST_CASE("no failing call of the store loses a write of the loop or doubles an event") {
  const std::size_t calls = play(0, Faults::When::kBefore);
  REQUIRE(calls > 25);
  for (std::size_t nth = 1; nth <= calls; ++nth) {
    for (const Faults::When when : {Faults::When::kBefore, Faults::When::kAfter}) {
      INFO("call " << nth << (when == Faults::When::kBefore ? " before" : " after")
                   << " it took effect");
      play(nth, when);
    }
  }
}
