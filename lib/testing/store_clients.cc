#include <algorithm>
#include <map>
#include <thread>

#include "annex/util/random.h"
#include "testing/store_log.h"

namespace annex::testing {
namespace {

using storage::Entry;
using storage::Guard;
using storage::Store;
using storage::StoreResult;

constexpr std::size_t kOpenWatches = 3;  // a client's
constexpr Revision kReachBack = 60;      // how far reads of the past go

struct Shared {
  Store& store;
  const Plan& plan;
  const util::Duration wait;
  std::atomic<std::uint64_t> stamp{1};
  std::atomic<bool> stuck{false};
  std::shared_ptr<std::atomic<int>> extra_answers = std::make_shared<std::atomic<int>>(0);
};

class Client {
 public:
  Client(Shared& shared, std::size_t number) : shared_(shared), number_(number) {}

  void run() {
    for (const std::uint32_t step : shared_.plan.steps) {
      if (step % shared_.plan.clients != number_) continue;
      if (shared_.stuck.load()) break;
      act(step);
    }
  }

  std::vector<Record> records;
  std::vector<std::shared_ptr<WatchLog>> watches;
  std::vector<Failure> failures;

 private:
  struct OpenWatch {
    std::unique_ptr<storage::Watch> watch;
    std::shared_ptr<WatchLog> log;
  };

  void act(std::uint32_t step) {
    util::SeededRandom random(shared_.plan.seed * 1000003 + step);
    Record record;
    record.step = step;
    record.client = number_;
    const auto& keys = suite_keys();
    record.key = keys[random.below(keys.size())];
    const std::uint64_t choice = random.below(1000);
    if (choice < 180) {
      record.op = Op::kCreate;
    } else if (choice < 400) {
      record.op = Op::kUpdate;
    } else if (choice < 520) {
      record.op = Op::kRemove;
    } else if (choice < 690) {
      record.op = Op::kGet;
    } else if (choice < 880) {
      record.op = Op::kList;
    } else if (choice < 920) {
      record.op = Op::kWatch;
    } else if (choice < 950) {
      record.op = Op::kUnwatch;
    } else if (choice < 970) {
      record.op = Op::kProgress;
    } else if (choice < 994) {
      record.op = Op::kCurrent;
    } else {
      record.op = Op::kCompact;
    }
    record.invoked = shared_.stamp.fetch_add(1);
    if (record.is_write()) {
      write(record, random);
    } else {
      read(record, random);
    }
    record.responded = shared_.stamp.fetch_add(1);
    newest_ = std::max({newest_, record.revision, record.page.revision});
    if (record.entry) newest_ = std::max(newest_, record.entry->revision);
    records.push_back(std::move(record));
  }

  void write(Record& record, util::Random& random) {
    storage::Commit commit;
    commit.key = record.key;
    if (record.op != Op::kCreate) {
      // Mostly what this client saw last, so that others are in between at times.
      const auto seen = known_.find(record.key);
      record.guard = seen == known_.end() || random.below(20) == 0
                         ? std::max<Revision>(1, newest_ - random.below(newest_ + 1))
                         : seen->second;
      commit.guard = Guard::at(record.guard);
    }
    if (record.op != Op::kRemove) {
      if (random.below(40) != 0) {
        record.value = std::to_string(record.step) + "/" + std::to_string(random.next());
        record.value.append(random.below(200), '.');
      }
      commit.value = util::Bytes(record.value);
    }
    auto answer =
        commit_and_wait(shared_.store, std::move(commit), shared_.wait, shared_.extra_answers);
    if (!answer) {
      failures.push_back({"write.answered", "no answer in time: " + record.text()});
      shared_.stuck.store(true);
      record.error = Code::kUnavailable;
      return;
    }
    if (*answer) {
      record.entry = std::move(**answer);
      known_[record.key] = record.entry->revision;
    } else {
      keep(record, answer->error());
      if (record.entry) known_[record.key] = record.entry->revision;
    }
  }

  void read(Record& record, util::Random& random) {
    switch (record.op) {
      case Op::kGet: {
        if (random.below(3) == 0) record.at = past(random);
        auto entry = shared_.store.get(record.key, record.at);
        if (!entry) return keep(record, entry.error());
        record.entry = std::move(*entry);
        if (!record.at) known_[record.key] = record.entry->revision;
        return;
      }
      case Op::kList: {
        const auto& prefixes = suite_prefixes();
        const std::string after = random.below(3) == 0 ? record.key : "";
        record.key = prefixes[random.below(prefixes.size())];
        record.after = after;
        if (random.below(3) == 0) record.at = past(random);
        if (random.below(2) == 0) record.limit = 1 + random.below(4);
        auto page = shared_.store.list(record.key, {record.at, record.limit, record.after});
        if (!page) return keep(record, page.error());
        record.page = std::move(*page);
        return;
      }
      case Op::kCurrent: {
        auto revision = shared_.store.current_revision();
        if (!revision) return keep(record, revision.error());
        record.revision = *revision;
        return;
      }
      case Op::kCompact: {
        record.at = newest_ > 80 ? newest_ - 80 : 1;
        auto done = shared_.store.compact(*record.at);
        if (!done) keep(record, done.error());
        return;
      }
      case Op::kWatch: {
        const auto& prefixes = suite_prefixes();
        record.key = prefixes[random.below(prefixes.size())];
        record.at = past(random);
        if (open_.size() == kOpenWatches) close_watch(0);
        auto log = std::make_shared<WatchLog>(shared_.store, record.key, *record.at);
        auto watch = shared_.store.watch(record.key, *record.at, *log);
        if (!watch) return keep(record, watch.error());
        watches.push_back(log);
        open_.push_back({std::move(*watch), std::move(log)});
        return;
      }
      case Op::kProgress: {
        if (open_.empty()) return;
        const OpenWatch& open = open_[random.below(open_.size())];
        open.log->ask_progress(newest_);
        open.watch->request_progress();
        return;
      }
      default:
        if (!open_.empty()) close_watch(random.below(open_.size()));
        return;
    }
  }

  void close_watch(std::size_t index) {
    OpenWatch closing = std::move(open_[index]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
    closing.watch.reset();
    closing.log->close();
  }

  static void keep(Record& record, const storage::StoreError& error) {
    record.error = error.code;
    record.entry = error.current;
  }

  /// Mostly the near past; now and then the compacted, or what has not happened.
  Revision past(util::Random& random) const {
    const std::uint64_t choice = random.below(20);
    if (choice == 0) return newest_ + 1000000;
    if (choice == 1) return 1;
    const Revision back = random.below(kReachBack);
    return newest_ > back ? newest_ - back : 1;
  }

  Shared& shared_;
  const std::size_t number_;
  std::map<std::string, Revision> known_;
  Revision newest_ = 1;
  std::vector<OpenWatch> open_;

  friend History annex::testing::run_clients(Store&, const Plan&, util::Duration);
};

/// Watches everything, to learn which of the commits whose outcome was unknown took effect.
class Witness {
 public:
  explicit Witness(Store& store) : store_(store) {
    const auto begin = store.current_revision();
    if (!begin) return;
    log_.emplace(store, "", *begin);
    auto watch = store.watch("", *begin, *log_);
    if (watch) watch_ = std::move(*watch);
  }

  /// Makes writes of those records that turn out to be some.
  void settle(History& history, util::Duration wait) {
    const bool unsettled =
        std::any_of(history.records.begin(), history.records.end(), [](const Record& record) {
          return record.is_write() && record.error == Code::kUnavailable;
        });
    const auto newest = store_.current_revision();
    if (unsettled && watch_ && newest) {
      watch_->request_progress();
      log_->wait_for(*newest, wait);
      for (const storage::Event& event : log_->events()) settle(history, event);
    }
    watch_.reset();
  }

 private:
  static bool made(const Record& record, const storage::Event& event) {
    const bool removal = event.type == storage::Event::Type::kDelete;
    return record.is_write() && record.error == Code::kUnavailable && record.key == event.key &&
           record.guard == event.previous_revision && (record.op == Op::kRemove) == removal &&
           (removal || record.value == event.value.view());
  }

  static void settle(History& history, const storage::Event& event) {
    const auto answered = [&](const Record& record) {
      return record.is_write() && !record.error && record.entry->revision == event.revision;
    };
    if (std::any_of(history.records.begin(), history.records.end(), answered)) return;
    for (Record& record : history.records) {
      if (!made(record, event)) continue;
      record.error.reset();
      record.unanswered = true;
      record.responded = ~std::uint64_t{0};
      record.entry = Entry{event.key, event.value, event.create_revision, event.revision};
      return;
    }
  }

  Store& store_;
  std::optional<WatchLog> log_;
  std::unique_ptr<storage::Watch> watch_;
};

/// The newest revision that the watch must deliver; 0 if there is none.
Revision last_write(const History& history, const WatchLog& watch) {
  Revision last = 0;
  for (const Record& record : history.records) {
    if (record.is_write() && !record.error && has_prefix(record.key, watch.prefix()) &&
        record.entry->revision > watch.after()) {
      last = std::max(last, record.entry->revision);
    }
  }
  return last;
}

}  // namespace

History run_clients(Store& store, const Plan& plan, util::Duration wait) {
  Shared shared{store, plan, wait};
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < plan.clients; ++i) {
    clients.push_back(std::make_unique<Client>(shared, i));
  }
  const std::uint64_t epoch = store.epoch();
  Witness witness(store);
  std::vector<std::thread> threads;
  threads.reserve(clients.size());
  for (auto& client : clients) threads.emplace_back([&client] { client->run(); });
  for (std::thread& thread : threads) thread.join();

  History history;
  for (auto& client : clients) {
    for (Record& record : client->records) history.records.push_back(std::move(record));
  }
  std::sort(history.records.begin(), history.records.end(),
            [](const Record& a, const Record& b) { return a.invoked < b.invoked; });
  witness.settle(history, wait);
  for (auto& client : clients) {
    for (auto& open : client->open_) {
      const Revision last = last_write(history, *open.log);
      if (last != 0 && !open.log->wait_for(last, wait)) {
        history.failures.push_back(
            {"watch.reliable", "a watch of " + shown(open.log->prefix()) + " after " +
                                   std::to_string(open.log->after()) +
                                   " never got the event of revision " + std::to_string(last)});
      }
      open.log->ask_progress(std::max(last, open.log->after()));
      open.watch->request_progress();
      open.log->wait_for_progress(wait);
      open.watch.reset();
      open.log->close();
    }
    for (auto& watch : client->watches) history.watches.push_back(std::move(watch));
    for (auto& failure : client->failures) history.failures.push_back(std::move(failure));
  }
  if (store.epoch() != epoch) {
    history.failures.push_back({"epoch.constant", "the epoch changed while in use"});
  }
  if (shared.extra_answers->load() != 0) {
    history.failures.push_back({"write.answered", "a commit was answered more than once"});
  }
  return history;
}

}  // namespace annex::testing
