// What the clients of the store suite did and saw.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annex/storage/store.h"
#include "annex/testing/store_suite.h"
#include "annex/util/mutex.h"

namespace annex::testing {

using storage::Revision;
using Failure = StoreFailure;
using Code = storage::StoreError::Code;

enum class Op {
  kGet,
  kList,
  kCreate,
  kUpdate,
  kRemove,
  kWatch,
  kUnwatch,
  kCurrent,
  kCompact,
  kProgress
};

/// One operation and its answer. `invoked` and `responded` are taken from one counter, so that an
/// operation which ended before another began is known to precede it.
struct Record {
  Op op = Op::kGet;
  std::uint32_t step{};
  std::size_t client{};
  std::uint64_t invoked{};
  std::uint64_t responded{};

  std::string key{};  ///< or the prefix
  std::optional<Revision> at{};
  std::size_t limit{};
  std::string after{};
  Revision guard{};
  std::string value{};

  std::optional<Code> error{};
  /// An unavailable commit that took effect after all, as the witness saw.
  bool unanswered = false;
  std::optional<storage::Entry> entry{};  ///< the answer, or what the error holds as `current`
  storage::ListPage page{};
  Revision revision{};  ///< of kCurrent

  bool is_write() const { return op == Op::kCreate || op == Op::kUpdate || op == Op::kRemove; }
  std::string text() const;
};

/// A sink that keeps all it is given and how it was called.
class WatchLog final : public storage::WatchSink {
 public:
  WatchLog(storage::Store& store, std::string prefix, Revision after)
      : prefix_(std::move(prefix)), after_(after), store_(store) {}

  void on_events(std::span<const storage::Event> batch) override;
  void on_progress(Revision revision) override;
  void on_end(const storage::StoreError& why) override;

  /// Progress to this revision was asked for.
  void ask_progress(Revision revision) { asked_ = std::max(asked_, revision); }
  /// Waits until what was asked for has come, or the watch has ended; a failure if it does not.
  void wait_for_progress(util::Duration limit);
  /// From here on every call is a failure: the watch is destroyed.
  void close();
  /// Waits until an event or progress of `revision` or later has come, or the watch has ended.
  /// False if nothing of that came in time.
  bool wait_for(Revision revision, util::Duration limit);

  const std::string& prefix() const { return prefix_; }
  Revision after() const { return after_; }
  /// After close().
  std::vector<storage::Event> events() const;
  std::vector<std::pair<Revision, std::size_t>> progress() const;
  std::optional<storage::StoreError> end() const;
  std::vector<Failure> failures() const;

 private:
  void enter();
  void fail(std::string what);
  Revision reached() const ANNEX_REQUIRES(mutex_);

  const std::string prefix_;
  const Revision after_;
  storage::Store& store_;
  Revision asked_ = 0;
  std::atomic<bool> in_call_{false};
  std::atomic<bool> closed_{false};
  mutable util::Mutex mutex_;
  util::CondVar changed_;
  std::vector<storage::Event> events_ ANNEX_GUARDED_BY(mutex_);
  /// With the number of events before it.
  std::vector<std::pair<Revision, std::size_t>> progress_ ANNEX_GUARDED_BY(mutex_);
  std::optional<storage::StoreError> end_ ANNEX_GUARDED_BY(mutex_);
  std::vector<Failure> failures_ ANNEX_GUARDED_BY(mutex_);
};

/// Which operations to do: step n is the same operation whichever others are done.
struct Plan {
  std::uint64_t seed{};
  std::size_t clients{};
  std::vector<std::uint32_t> steps{};
};

struct History {
  std::vector<Record> records{};
  std::vector<std::shared_ptr<WatchLog>> watches{};
  std::vector<Failure> failures{};  ///< that need no model to be seen
};

/// Has the clients do what the plan says, waits for their watches to catch up and ends them.
History run_clients(storage::Store& store, const Plan& plan, util::Duration wait);

/// The answer of one commit; nothing if it does not come in time. A second answer is a failure.
std::optional<storage::StoreResult<storage::Entry>> commit_and_wait(
    storage::Store& store, storage::Commit commit, util::Duration wait,
    const std::shared_ptr<std::atomic<int>>& extra_answers);

/// The keys and prefixes that the suite uses: neighbours in bytewise order, with the last byte.
const std::vector<std::string>& suite_keys();
const std::vector<std::string>& suite_prefixes();

std::string code_text(Code code);
/// Printable: bytes beyond ASCII as \xff.
std::string shown(std::string_view bytes);

inline bool has_prefix(std::string_view key, std::string_view prefix) {
  return key.substr(0, prefix.size()) == prefix;
}

}  // namespace annex::testing
