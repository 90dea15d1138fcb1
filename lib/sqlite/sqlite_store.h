// The store itself: one writer, readers beside it, watchers and housekeeping on their own threads.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "annex/sqlite/store.h"
#include "annex/util/mutex.h"
#include "sqlite/dispatcher.h"
#include "sqlite/endings.h"
#include "sqlite/files.h"
#include "sqlite/history.h"
#include "sqlite/keeper.h"
#include "sqlite/log_gauge.h"
#include "sqlite/readers.h"
#include "sqlite/snapshot.h"
#include "sqlite/turnstile.h"
#include "sqlite/writer.h"

namespace annex::sqlite {

/// What a store begins with.
struct Opened {
  std::unique_ptr<FileLock> lock{};
  std::unique_ptr<Connection> writing{};
  std::unique_ptr<Connection> keeping{};
  Revision newest{};
  Revision compacted{};
  std::uint64_t epoch{};
  Endings endings{};
};

/// Commits are written together by the writer thread: whatever waits when it has made the ones
/// before durable. Only a writer who has been alone for a while writes on its own thread, for it
/// would wait for nobody but the other one.
class SqliteStore final : public storage::Store {
 public:
  SqliteStore(const Options& options, Opened opened, util::Clock& clock, util::Logger& logger);
  ~SqliteStore() override;

  StoreResult<storage::Entry> get(const std::string& key, std::optional<Revision> at) override;
  StoreResult<storage::ListPage> list(const std::string& prefix,
                                      const storage::ListOptions& options) override;
  void commit(storage::Commit commit,
              std::function<void(StoreResult<storage::Entry>)> done) override;
  StoreResult<std::unique_ptr<storage::Watch>> watch(const std::string& prefix, Revision after,
                                                     storage::WatchSink& sink) override;
  StoreResult<Revision> current_revision() override;
  StoreResult<void> compact(Revision revision) override;
  std::uint64_t epoch() const override { return epoch_; }
  bool is_exclusive() const override { return true; }

 private:
  using Answers = std::vector<StoreResult<storage::Event>>;

  Answers write(const std::vector<Pending>& batch);
  /// Lets others write, after a write of so many commits.
  void end_write(std::size_t commits);
  static void answer(std::vector<Pending>& batch, Answers& answers);
  void note(const storage::Event& event, const storage::Commit& commit, util::TimePoint now)
      ANNEX_REQUIRES(state_mutex_);
  void run_writer();
  /// kTooOld for a revision that is compacted though its rows may still be there.
  StoreResult<void> check_compacted(std::optional<Revision> at);
  StoreResult<Changes> read_changes(const std::string& prefix, Revision after, std::size_t limit);
  /// Begins a read. A commit is seen by readers before its writer has noted it in `newest_`.
  StoreResult<void> begin(Snapshot& snapshot);

  void run_keeper();
  void measure_history();
  void keep_house();
  void sweep();
  void carry_log_over();
  bool is_log_due();
  void end_values();
  void wake_keeper();
  bool is_stopping();
  void complain(const StoreError& error);

  const std::unique_ptr<FileLock> lock_;
  util::Clock& clock_;
  util::Logger& logger_;
  const std::uint64_t epoch_;
  const std::unique_ptr<Connection> writing_connection_;
  const std::unique_ptr<Connection> keeping_connection_;
  Readers readers_;
  PageCounts counts_;

  /// Held while the file is written, by whomever.
  Turnstile write_mutex_;
  Writer writer_ ANNEX_GUARDED_BY(write_mutex_);
  Keeper keeper_;  // the keeper thread's

  util::Mutex queue_mutex_;
  util::CondVar queued_;
  std::deque<Pending> queue_ ANNEX_GUARDED_BY(queue_mutex_);
  bool writing_ ANNEX_GUARDED_BY(queue_mutex_) = false;
  /// Writes in a row of one commit each, during which no other came.
  int lone_ ANNEX_GUARDED_BY(queue_mutex_) = 0;
  bool closing_ ANNEX_GUARDED_BY(queue_mutex_) = false;

  util::Mutex state_mutex_;
  util::CondVar state_changed_;
  Revision newest_ ANNEX_GUARDED_BY(state_mutex_);  ///< that was written or read
  History history_ ANNEX_GUARDED_BY(state_mutex_);
  Endings endings_ ANNEX_GUARDED_BY(state_mutex_);
  LogGauge log_ ANNEX_GUARDED_BY(state_mutex_);
  bool jumped_ ANNEX_GUARDED_BY(state_mutex_) = false;
  bool stopping_ ANNEX_GUARDED_BY(state_mutex_) = false;
  /// The keeper thread's: what the file says about compaction, and whether a complaint was logged.
  Revision swept_for_ = 0;
  bool complained_ = false;

  std::unique_ptr<Dispatcher> dispatcher_;
  std::thread writer_thread_;
  std::thread keeper_thread_;
  std::shared_ptr<void> jumps_;
};

}  // namespace annex::sqlite
