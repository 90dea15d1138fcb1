// Reads of a store's file at one moment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annex/storage/store.h"
#include "sqlite/connection.h"
#include "sqlite/page_counts.h"

namespace annex::sqlite {

/// Changes in order, and how far they reach.
struct Changes {
  std::vector<storage::Event> events{};
  Revision reached{};  ///< all changes up to this one are in `events` or outside the prefix
  bool more = false;   ///< the limit ended it
};

/// A read transaction on a connection, for the scope of this object.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection), transaction_(connection) {}

  /// Fixes the moment. Called once, before all else.
  StoreResult<void> begin();
  Revision newest() const { return newest_; }
  Revision compacted() const { return compacted_; }

  StoreResult<storage::Entry> get(const std::string& key, std::optional<Revision> at);
  StoreResult<storage::ListPage> list(const std::string& prefix,
                                      const storage::ListOptions& options, PageCounts& counts);
  /// At most `limit` changes after a revision, those below the prefix kept. kTooOld, kFuture.
  StoreResult<Changes> changes(const std::string& prefix, Revision after, std::size_t limit);

 private:
  StoreResult<Revision> readable(std::optional<Revision> at) const;
  /// The entry of a put at that revision; kCorrupt if it is not what was written.
  StoreResult<storage::Entry> entry_of(const std::string& key, Revision revision);

  Connection& connection_;
  Transaction transaction_;
  Revision newest_ = 0;
  Revision compacted_ = 0;
};

StoreError too_old(Revision asked, Revision oldest);
StoreError future(Revision asked, Revision newest);

}  // namespace annex::sqlite
