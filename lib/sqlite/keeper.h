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
  /// Requires: prepare(connection).
  explicit Keeper(Connection& connection) : connection_(connection) {
    connection_.measure_log(log_pages_);
  }

  static StoreResult<void> prepare(Connection& connection);
  /// Removes the rows that no revision from `compacted` on shows, at most a slice of them. True if
  /// there are more. Requires: nobody else writes meanwhile.
  StoreResult<bool> sweep(Revision compacted);
  /// The bytes of the history that the file holds, for History::refine.
  StoreResult<std::vector<History::Span>> measure(std::size_t span_bytes);
  /// Carries the write-ahead log over into the file as far as nobody reads it, while others write.
  StoreResult<void> carry_over();
  /// Carries all of it over and waits until nobody reads it, so that the next commit begins it
  /// anew. False if somebody still does after `patience`. Requires: nobody else writes meanwhile.
  StoreResult<bool> renew_log(util::Duration patience);
  /// The pages in the log after the last transaction, and those of them that are carried over.
  int log_pages() const { return log_pages_; }
  int carried_pages() const { return carried_; }

 private:
  StoreResult<bool> checkpoint(int mode);

  Connection& connection_;
  int log_pages_ = 0;
  int carried_ = 0;
};

}  // namespace annex::sqlite
