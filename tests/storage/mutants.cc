#include "tests/storage/mutants.h"

#include <atomic>
#include <deque>

#include "annex/storage/forwarding_store.h"
#include "annex/util/mutex.h"
#include "tests/storage/changing_store.h"

namespace annex::storage {
namespace {

using Done = std::function<void(StoreResult<Entry>)>;

struct IgnoresTheLimit final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    return inner().list(prefix, {options.at, 0, options.after});
  }
};

struct IgnoresAfter final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    return inner().list(prefix, {options.at, options.limit, ""});
  }
};

struct ListsBackwards final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    auto page = inner().list(prefix, options);
    if (page) std::reverse(page->entries.begin(), page->entries.end());
    return page;
  }
};

struct MiscountsTheRest final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    auto page = inner().list(prefix, options);
    if (page && page->more) page->remaining += 1;
    return page;
  }
};

struct AnswersFromThePast final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  std::atomic<int> gets{0};
  StoreResult<Entry> get(const std::string& key, std::optional<Revision> at) override {
    const Revision now = *inner().current_revision();
    if (!at && now > 20 && gets.fetch_add(1) % 10 == 9) {
      auto old = inner().get(key, now - 10);
      if (old) return old;
    }
    return inner().get(key, at);
  }
};

struct IgnoresTheRevision final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    auto asked = inner().list(prefix, options);
    if (!asked || !options.at) return asked;
    auto newest = inner().list(prefix, {std::nullopt, options.limit, options.after});
    if (newest) newest->revision = asked->revision;
    return newest;
  }
};

/// Lists one entry as it was a little before.
struct MixesTwoRevisions final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    auto page = inner().list(prefix, options);
    if (!page || page->revision < 20) return page;
    for (Entry& entry : page->entries) {
      auto before = inner().get(entry.key, page->revision - 4);
      if (!before || before->revision == entry.revision) continue;
      entry = std::move(*before);
      break;
    }
    return page;
  }
};

struct KnowsTheFuture final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<Entry> get(const std::string& key, std::optional<Revision> at) override {
    return inner().get(key, at && *at > *inner().current_revision() ? std::nullopt : at);
  }
};

struct IgnoresGuards final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  void commit(Commit commit, Done done) override {
    if (commit.value && commit.guard.revision != 0) {
      if (auto there = inner().get(commit.key, std::nullopt)) {
        commit.guard = Guard::at(there->revision);
      }
    }
    inner().commit(std::move(commit), std::move(done));
  }
};

struct ForgetsDeletes final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  std::atomic<int> deletes{0};
  void commit(Commit commit, Done done) override {
    if (!commit.value && deletes.fetch_add(1) % 5 == 4) {
      auto entry = inner().get(commit.key, std::nullopt);
      if (entry && entry->revision == commit.guard.revision) {
        entry->revision = *inner().current_revision() + 1;
        return done(std::move(*entry));
      }
    }
    inner().commit(std::move(commit), std::move(done));
  }
};

/// Says what a creation will be like, and leaves it at that.
struct LosesCommits final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  std::atomic<int> creations{0};
  void commit(Commit commit, Done done) override {
    if (commit.value && commit.guard.revision == 0 && creations.fetch_add(1) % 5 == 4 &&
        !inner().get(commit.key, std::nullopt)) {
      const Revision next = *inner().current_revision() + 1;
      return done(Entry{commit.key, *commit.value, next, next});
    }
    inner().commit(std::move(commit), std::move(done));
  }
};

/// Answers an update as it is asked for, and does it with the call that follows.
struct AnswersBeforeTheCommit final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  util::Mutex mutex;
  std::deque<Commit> put_off;
  int updates = 0;
  void commit(Commit commit, Done done) override {
    util::MutexLock lock(mutex);
    const bool late = !put_off.empty();
    while (!put_off.empty()) {
      inner().commit(std::move(put_off.front()), [](StoreResult<Entry>) {});
      put_off.pop_front();
    }
    auto there = inner().get(commit.key, std::nullopt);
    if (!late && commit.value && there && there->revision == commit.guard.revision &&
        updates++ % 4 == 3) {
      put_off.push_back(commit);
      const Revision next = *inner().current_revision() + 1;
      return done(Entry{commit.key, *commit.value, there->create_revision, next});
    }
    inner().commit(std::move(commit), std::move(done));
  }
};

/// Gives the answers of two writes one revision now and then.
struct ReusesARevision final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  std::shared_ptr<std::atomic<Revision>> last = std::make_shared<std::atomic<Revision>>(0);
  void commit(Commit commit, Done done) override {
    const bool creates = commit.value && commit.guard.revision == 0;
    inner().commit(std::move(commit), [done, last = last, creates](StoreResult<Entry> result) {
      if (result) {
        const Revision before = last->exchange(result->revision);
        if (creates && before != 0 && before + 1 == result->revision && before % 4 == 0) {
          result->revision = result->create_revision = before;
        }
      }
      done(std::move(result));
    });
  }
};

struct HidesTheCurrentEntry final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  void commit(Commit commit, Done done) override {
    inner().commit(std::move(commit), [done](StoreResult<Entry> result) {
      if (!result) result.error().current.reset();
      done(std::move(result));
    });
  }
};

struct AnswersTwice final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  void commit(Commit commit, Done done) override {
    inner().commit(std::move(commit), [done](StoreResult<Entry> result) {
      done(result);
      done(std::move(result));
    });
  }
};

struct NeverAnswersDeletions final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  void commit(Commit commit, Done done) override {
    if (!commit.value) done = [](StoreResult<Entry>) {};
    inner().commit(std::move(commit), std::move(done));
  }
};

struct KeepsNoPromiseOfCompaction final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<void> compact(Revision revision) override {
    if (revision > *inner().current_revision()) return inner().compact(revision);
    return {};
  }
};

struct ForgetsTooMuch final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<void> compact(Revision revision) override {
    const Revision now = *inner().current_revision();
    return inner().compact(revision > now ? revision : now);
  }
};

struct WatchesOneTooMany final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision after,
                                            WatchSink& sink) override {
    if (after < 3 || after > *inner().current_revision()) return inner().watch(prefix, after, sink);
    return inner().watch(prefix, after - 1, sink);
  }
};

struct WatchesFromNow final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  StoreResult<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision after,
                                            WatchSink& sink) override {
    auto readable = inner().list("none", {after, 1, ""});
    if (!readable) return std::move(readable).error();
    return inner().watch(prefix, *inner().current_revision(), sink);
  }
};

struct IgnoresTtl final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  void commit(Commit commit, Done done) override {
    commit.ttl.reset();
    inner().commit(std::move(commit), std::move(done));
  }
};

struct NeverRenewsTtl final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  void commit(Commit commit, Done done) override {
    if (commit.guard.revision != 0) commit.ttl.reset();
    inner().commit(std::move(commit), std::move(done));
  }
};

struct ChangesItsEpoch final : ForwardingStore {
  using ForwardingStore::ForwardingStore;
  mutable std::atomic<std::uint64_t> asked{0};
  std::uint64_t epoch() const override { return asked.fetch_add(1); }
};

/// Tells progress before the event that it is about.
struct ProgressIsAhead final : ChangingStore {
  explicit ProgressIsAhead(std::unique_ptr<Store> inside)
      : ChangingStore(std::move(inside), nullptr) {}
  void deliver(Event event, std::size_t number, WatchSink& target) override {
    if (number % 7 == 6) target.on_progress(event.revision);
    target.on_events({&event, 1});
  }
};

struct NoProgress final : ChangingStore {
  explicit NoProgress(std::unique_ptr<Store> inside) : ChangingStore(std::move(inside), nullptr) {}
  void progress(Revision, WatchSink&) override {}
  void deliver(Event event, std::size_t, WatchSink& target) override {
    target.on_events({&event, 1});
  }
};

struct EndsWatches final : ChangingStore {
  explicit EndsWatches(std::unique_ptr<Store> inside) : ChangingStore(std::move(inside), nullptr) {}
  void deliver(Event event, std::size_t number, WatchSink& target) override {
    target.on_events({&event, 1});
    if (number == 20) target.on_end({StoreError::Code::kTooOld, "enough", {}});
  }
};

template <typename Broken>
Mutant mutant(std::string does, std::string property) {
  return {std::move(does), std::move(property),
          [](std::unique_ptr<Store> inner) { return std::make_unique<Broken>(std::move(inner)); }};
}

Mutant changing(std::string does, std::string property, ChangingStore::Change change) {
  return {std::move(does), std::move(property), [change](std::unique_ptr<Store> inner) {
            return std::make_unique<ChangingStore>(std::move(inner), change);
          }};
}

std::vector<Event> one(Event event) { return {std::move(event)}; }

std::vector<Mutant> make_mutants() {
  std::vector<Mutant> all;
  all.push_back(changing("drops an event", "watch.reliable", [](Event event, std::size_t number) {
    return number % 7 == 6 ? std::vector<Event>{} : one(std::move(event));
  }));
  all.push_back(changing("doubles an event", "watch.unique", [](Event event, std::size_t number) {
    return std::vector<Event>(number % 7 == 6 ? 2 : 1, event);
  }));
  all.push_back(changing("splits an event", "watch.atomic", [](Event event, std::size_t number) {
    if (number % 7 != 6 || event.type == Event::Type::kDelete) return one(std::move(event));
    Event gone = event;
    gone.type = Event::Type::kDelete;
    return std::vector<Event>{gone, std::move(event)};
  }));
  all.push_back(
      changing("leaves out what was there before", "watch.truthful", [](Event event, std::size_t) {
        event.previous = {};
        return one(std::move(event));
      }));
  all.push_back(
      changing("makes a deletion a change", "watch.truthful", [](Event event, std::size_t) {
        event.type = Event::Type::kPut;
        return one(std::move(event));
      }));
  all.push_back({"swaps two events", "watch.ordered", [](std::unique_ptr<Store> inner) {
                   return std::make_unique<SwappingStore>(std::move(inner));
                 }});
  all.push_back(mutant<WatchesOneTooMany>("begins a watch too early", "watch.never_back"));
  all.push_back(mutant<WatchesFromNow>("begins a watch too late", "watch.resumable"));
  all.push_back(mutant<EndsWatches>("ends watches", "watch.lasting"));
  all.push_back(mutant<ProgressIsAhead>("tells progress too early", "watch.bookmarkable"));
  all.push_back(mutant<NoProgress>("tells no progress", "watch.bookmarkable"));
  all.push_back(mutant<AnswersFromThePast>("gets from the past", "read.newest"));
  all.push_back(mutant<IgnoresTheRevision>("ignores the revision", "read.exact"));
  all.push_back(mutant<MixesTwoRevisions>("mixes two revisions", "read.exact"));
  all.push_back(mutant<KnowsTheFuture>("reads the future", "read.future"));
  all.push_back(mutant<IgnoresTheLimit>("ignores the limit", "list.limit"));
  all.push_back(mutant<IgnoresAfter>("ignores where to go on", "list.continue"));
  all.push_back(mutant<ListsBackwards>("lists backwards", "list.order"));
  all.push_back(mutant<MiscountsTheRest>("miscounts what remains", "list.remaining"));
  all.push_back(mutant<ForgetsDeletes>("forgets a deletion", "read.newest"));
  all.push_back(mutant<LosesCommits>("loses a commit", "read.newest"));
  all.push_back(mutant<AnswersBeforeTheCommit>("answers before the commit", "read.newest"));
  all.push_back(mutant<ReusesARevision>("reuses a revision", "revision.unique"));
  all.push_back(mutant<IgnoresGuards>("ignores guards", "write.guarded"));
  all.push_back(mutant<HidesTheCurrentEntry>("hides what is there", "write.refused"));
  all.push_back(mutant<AnswersTwice>("answers twice", "write.answered"));
  all.push_back(mutant<NeverAnswersDeletions>("never answers", "write.answered"));
  all.push_back(mutant<KeepsNoPromiseOfCompaction>("reads the compacted", "compact.too_old"));
  all.push_back(mutant<ForgetsTooMuch>("compacts too much", "history.retained"));
  all.push_back(mutant<IgnoresTtl>("ignores the ttl", "ttl.ends"));
  all.push_back(mutant<NeverRenewsTtl>("does not renew the ttl", "ttl.renewed"));
  all.push_back(mutant<ChangesItsEpoch>("changes its epoch", "epoch.constant"));
  return all;
}

}  // namespace

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> all = make_mutants();
  return all;
}

}  // namespace annex::storage
