// The one place where a store's file is written: many commits in one transaction.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "annex/storage/store.h"
#include "sqlite/connection.h"

namespace annex::sqlite {

/// A commit that waits for its turn.
struct Pending {
  storage::Commit commit{};
  std::function<void(StoreResult<storage::Entry>)> done{};
};

/// Not synchronised: the store guards it.
class Writer {
 public:
  /// `newest` is the newest revision of the file.
  Writer(Connection& connection, Revision newest);

  /// Writes those whose guards hold, in order, and gives the change that each one made. All are
  /// durable together. If that fails, each is tried alone, so that a large one on a full disk does
  /// not take small ones with it.
  std::vector<StoreResult<storage::Event>> write(const std::vector<Pending>& batch);

  /// After a failure of the disk: what was written to the write-ahead log and not synced may be
  /// lost though a later sync succeeds, and with it all that follows. So the next commit begins a
  /// new log, once the file has everything of this one.
  void distrust_log() { log_is_suspect_ = true; }

  Revision newest() const { return newest_; }
  /// The pages in the write-ahead log after the last commit.
  int log_pages() const { return log_pages_; }

 private:
  /// What the newest row of a key says.
  struct Held {
    bool present = false;
    storage::Entry entry{};
    std::optional<StoreError> damage{};
  };
  using Results = std::vector<StoreResult<storage::Event>>;

  /// One transaction. An error if it failed as a whole.
  StoreResult<Results> attempt(const Pending* first, std::size_t count);
  /// An error of the outer result ends the transaction; of the inner one only this commit.
  StoreResult<StoreResult<storage::Event>> apply(const storage::Commit& commit, Revision revision);
  StoreResult<Held> held(const std::string& key);
  StoreResult<void> begin_new_log();
  StoreResult<void> insert(const storage::Commit& commit, const storage::Event& event);

  Connection& connection_;
  Revision newest_;
  int log_pages_ = 0;
  bool log_is_suspect_ = false;
};

}  // namespace annex::sqlite
