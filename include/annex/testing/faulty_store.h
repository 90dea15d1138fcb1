// FaultyStore: a store whose calls fail when a test wants it.
#pragma once

#include <cstddef>
#include <memory>

#include "annex/server/options.h"
#include "annex/storage/store.h"
#include "annex/util/mutex.h"

namespace annex::testing {

/// When which call of a FaultyStore fails. Shared by the test and the store; any thread.
class Faults {
 public:
  /// Before: as if the call had not come. After: it took effect, and its answer was lost.
  enum class When { kBefore, kAfter };

  /// The nth call from now on fails with `error`, once: a get, list, commit, watch or question for
  /// the newest revision, or a delivery of a watch's events, which ends the watch before or after
  /// they arrive. 0: none.
  void fail(std::size_t nth, When when, storage::StoreError error = {});
  /// How many calls there were since the last `fail`.
  std::size_t calls() const;
  /// Whether the call has come and failed.
  bool has_failed() const;

  /// For stores: the error of this call, if it is the one.
  std::optional<std::pair<When, storage::StoreError>> next();

 private:
  mutable util::Mutex mutex_;
  std::size_t calls_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::size_t nth_ ANNEX_GUARDED_BY(mutex_) = 0;
  When when_ ANNEX_GUARDED_BY(mutex_) = When::kBefore;
  storage::StoreError error_ ANNEX_GUARDED_BY(mutex_);
};

/// `inner`, but for the calls that `faults` says. Any thread.
std::unique_ptr<storage::Store> make_faulty_store(std::unique_ptr<storage::Store> inner,
                                                  std::shared_ptr<Faults> faults);

/// The memory store with faults, as a kind of store named "faulty" for Server::store.
StoreKind faulty_memory_store(std::shared_ptr<Faults> faults);

}  // namespace annex::testing
