// The housekeeping of a store's file: old rows are removed and the write-ahead log is carried over,
// in slices between which writes go on.
#pragma once

#include <vector>

#include "annex/storage/store.h"
#include "sqlite/connection.h"
#include "sqlite/history.h"

namespace annex::sqlite {

/// Works on a connection of its own. Its transactions are not waited for by the disk: what they do
/// may be undone by a power loss, and is then done again. Used by one thread.
class Keeper {
 public:
  explicit Keeper(Connection& connection) : connection_(connection) {}

  StoreResult<void> prepare();
  /// Removes the rows that no revision from `compacted` on shows, at most a slice of them. True if
  /// there are more. Requires: nobody else writes meanwhile.
  StoreResult<bool> sweep(Revision compacted);
  /// The bytes of the history that the file holds, for History::refine.
  StoreResult<std::vector<History::Span>> measure(std::size_t span_bytes);
  /// Carries the write-ahead log over into the file as far as nobody reads it. True if all of it
  /// was carried over, so that the next commit begins it anew.
  StoreResult<bool> checkpoint();
  /// The pages that have been carried over.
  int carried_pages() const { return carried_; }

 private:
  Connection& connection_;
  int carried_ = 0;
};

}  // namespace annex::sqlite
