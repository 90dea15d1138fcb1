// The power goes at any moment: what was answered is there, whole, and nothing comes twice.
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <random>

#include "sqlite/commands.h"
#include "tests/sqlite/faulty_disk.h"
#include "tests/sqlite/store_file.h"

using namespace annex;
using storage::Entry;
using storage::Event;
using storage::Guard;
using storage::Revision;
using Code = storage::StoreError::Code;

namespace {

constexpr int kWriters = 3;
constexpr int kKeys = 4;  // of each writer

std::uint64_t seed_of_run() {
  const char* given = std::getenv("ANNEX_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

int rounds_of_run() {
  const char* given = std::getenv("POWER_LOSS_ROUNDS");
  return given != nullptr ? std::atoi(given) : 30;
}

/// What one writer knows of one of its keys.
struct Known {
  std::vector<Event> done{};           // answered, in order, since the power was back
  std::optional<std::string> value{};  // as of the last answer
  Revision revision{};
  std::optional<std::string> pending{};  // asked for, not answered; empty: a deletion
};

/// A value that shows by itself whether it is whole.
std::string make_value(std::mt19937_64& random) {
  const std::string token = std::to_string(random()) + ' ';
  std::string value;
  for (auto times = random() % 8 == 0 ? random() % 1000 : random() % 20; times > 0; --times) {
    value += token;
  }
  return value + token;
}

bool is_whole(std::string_view value) {
  const std::string token(value.substr(0, value.find(' ') + 1));
  for (std::size_t at = 0; at < value.size(); at += token.size()) {
    if (value.substr(at, token.size()) != token) return false;
  }
  return !token.empty();
}

class Collected final : public storage::WatchSink {
 public:
  void on_events(std::span<const Event> events) override {
    util::MutexLock lock(mutex_);
    events_.insert(events_.end(), events.begin(), events.end());
    changed_.notify_all();
  }
  void on_progress(Revision revision) override {
    util::MutexLock lock(mutex_);
    progress_ = revision;
    changed_.notify_all();
  }
  void on_end(const storage::StoreError& why) override {
    util::MutexLock lock(mutex_);
    end_ = why.code;
    changed_.notify_all();
  }
  /// Waits until the revision is reached or the watch has ended.
  std::optional<Code> wait_for(Revision revision) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    util::MutexLock lock(mutex_);
    while (progress_ < revision && !end_ && std::chrono::steady_clock::now() < end) {
      changed_.wait_for(mutex_, std::chrono::seconds(1));
    }
    REQUIRE((progress_ >= revision || end_));
    return end_;
  }
  std::vector<Event> events() {
    util::MutexLock lock(mutex_);
    return events_;
  }

 private:
  util::Mutex mutex_;
  util::CondVar changed_;
  std::vector<Event> events_ ANNEX_GUARDED_BY(mutex_);
  Revision progress_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::optional<Code> end_ ANNEX_GUARDED_BY(mutex_);
};

/// Writes to keys of its own until the store answers no more.
void write_until_dead(storage::Store& store, std::map<std::string, Known>& keys, std::uint64_t seed,
                      std::atomic<int>& unexpected) {
  std::mt19937_64 random(seed);
  while (true) {
    auto chosen = std::next(keys.begin(), static_cast<std::ptrdiff_t>(random() % keys.size()));
    Known& known = chosen->second;
    storage::Commit commit;
    commit.key = chosen->first;
    commit.guard = known.value ? Guard::at(known.revision) : Guard::absent();
    const bool removes = known.value && random() % 5 == 0;
    known.pending = removes ? std::string() : make_value(random);
    if (!removes) commit.value = util::Bytes(*known.pending);
    const auto answer = sqlite::put(store, std::move(commit));
    if (!answer) {
      if (answer.error().code != Code::kUnavailable) ++unexpected;
      return;
    }
    Event event;
    event.key = chosen->first;
    event.type = removes ? Event::Type::kDelete : Event::Type::kPut;
    if (!removes) event.value = util::Bytes(*known.pending);
    event.revision = answer->revision;
    known.done.push_back(event);
    known.value = removes ? std::nullopt : known.pending;
    known.revision = answer->revision;
    known.pending.reset();
  }
}

bool same(const Event& a, const Event& b) {
  return a.revision == b.revision && a.key == b.key && a.type == b.type &&
         a.value.view() == b.value.view();
}

/// One store, over power losses.
class Life {
 public:
  explicit Life(std::uint64_t seed) : disk_(seed), random_(seed) {
    file_.options.vfs = disk_.vfs();
    // Some with little history, so that old rows are swept all the time.
    if (random_() % 2 == 0) file_.options.history_bytes = 100000;
    for (int i = 0; i < kWriters * kKeys; ++i) {
      keys_[static_cast<std::size_t>(i % kWriters)]["k" + std::to_string(i)];
    }
  }

  void work_until_power_is_lost() {
    disk_.lose_power_after(static_cast<int>(random_() % 3000));
    const std::uint64_t seeds[] = {random_(), random_(), random_()};
    auto store = file_.try_open();
    if (!store) {
      REQUIRE(disk_.is_dead());
      return;
    }
    seen_.emplace();
    auto watch = (*store)->watch("", begun_, *seen_);
    std::atomic<int> unexpected = 0;
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < kWriters; ++i) {
      writers.emplace_back([this, i, &store, &seeds, &unexpected] {
        write_until_dead(**store, keys_[i], seeds[i], unexpected);
      });
    }
    while (!disk_.is_dead()) {
      file_.clock.advance(std::chrono::milliseconds(1));  // wakes the keeper
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    for (std::thread& writer : writers) writer.join();
    CHECK(unexpected == 0);
    if (watch) watch->reset();
    store->reset();
  }

  void check() {
    disk_.bring_power_back();
    const auto store = file_.open();
    const auto page = store->list("", {});
    REQUIRE(page);
    std::map<std::string, Entry> held;
    for (const Entry& entry : page->entries) held[entry.key] = entry;
    std::map<std::string, std::vector<Event>> history;
    const bool has_history = read_history(*store, page->revision, history);
    for (auto& keys : keys_) {
      for (auto& [key, known] : keys) {
        INFO(key);
        const auto found = held.find(key);
        const bool is_there = found != held.end();
        const std::string value(is_there ? found->second.value.view() : "");
        if (is_there) CHECK(is_whole(value));
        const bool took_effect =
            known.pending && (known.pending->empty() ? !is_there && known.value.has_value()
                                                     : is_there && value == *known.pending);
        if (!took_effect) {
          CHECK(is_there == known.value.has_value());
          CHECK(value == known.value.value_or(""));
          if (is_there) CHECK(found->second.revision == known.revision);
        }
        CHECK(page->revision >= known.revision);
        if (has_history) {
          const std::vector<Event>& events = history[key];
          REQUIRE(events.size() == known.done.size() + (took_effect ? 1 : 0));
          CHECK(std::equal(known.done.begin(), known.done.end(), events.begin(), same));
        }
        answered_ += known.done.size();
        known = {{}, {}, is_there ? found->second.revision : 0, {}};
        if (is_there) known.value = value;
      }
    }
    CHECK(page->revision >= begun_);
    begun_ = page->revision;
    seen_.reset();
    const auto checked = sqlite::check(file_.path());
    if (!checked) FAIL_CHECK(checked.error().message);
  }

  std::size_t answered() const { return answered_; }

 private:
  /// False if it was compacted meanwhile.
  bool read_history(storage::Store& store, Revision newest,
                    std::map<std::string, std::vector<Event>>& history) {
    Collected all;
    auto watch = store.watch("", begun_, all);
    if (!watch) {
      CHECK(watch.error().code == Code::kTooOld);
      return false;
    }
    (*watch)->request_progress();
    if (const auto end = all.wait_for(newest)) {
      CHECK(*end == Code::kTooOld);
      return false;
    }
    watch->reset();
    const auto events = all.events();
    for (std::size_t i = 1; i < events.size(); ++i) {
      CHECK(events[i].revision > events[i - 1].revision);
    }
    // What a watcher was told has happened for good.
    const auto told = seen_ ? seen_->events() : std::vector<Event>();
    REQUIRE(told.size() <= events.size());
    CHECK(std::equal(told.begin(), told.end(), events.begin(), same));
    for (const Event& event : events) history[event.key].push_back(event);
    return true;
  }

  sqlite::FaultyDisk disk_;
  sqlite::StoreFile file_;
  std::mt19937_64 random_;
  std::map<std::string, Known> keys_[kWriters];
  std::optional<Collected> seen_;
  Revision begun_ = 1;
  std::size_t answered_ = 0;
};

}  // namespace

TEST_CASE("whatever of its unsynced writes a power loss leaves, the store keeps its word") {
  const std::uint64_t seed = seed_of_run();
  INFO("ANNEX_SEED=" << seed);
  std::cout << "ANNEX_SEED=" << seed << '\n';
  std::mt19937_64 random(seed);
  std::size_t answered = 0;
  for (int round = 0; round < rounds_of_run(); ++round) {
    Life life(random());
    for (int loss = 0; loss < 3; ++loss) {
      INFO("round " << round << ", loss " << loss);
      life.work_until_power_is_lost();
      life.check();
    }
    answered += life.answered();
  }
  CHECK(answered > 100);
}
