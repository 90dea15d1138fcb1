// The keeper thread of a store: history, times to live, compaction and checkpoints.
#include <algorithm>

#include "sqlite/sqlite_store.h"

namespace annex::sqlite {
namespace {

/// The size of the write-ahead log beyond which writes wait, some milliseconds, until all of it has
/// been carried over: else it would grow for as long as writes never pause.
constexpr int kLargeLogPages = 16384;
constexpr util::Duration kTick = std::chrono::seconds(1);

}  // namespace

void SqliteStore::wake_keeper() {
  util::MutexLock lock(state_mutex_);
  jumped_ = true;
  state_changed_.notify_all();
}

bool SqliteStore::is_stopping() {
  util::MutexLock lock(state_mutex_);
  return stopping_;
}

void SqliteStore::run_keeper() {
  measure_history();
  while (true) {
    keep_house();
    util::MutexLock lock(state_mutex_);
    if (stopping_) return;
    if (!jumped_) {
      util::Duration wait = kTick;
      if (const auto next = endings_.next()) {
        wait = std::clamp(*next - clock_.now(), util::Duration::zero(), kTick);
      }
      state_changed_.wait_for(state_mutex_, wait);
    }
    jumped_ = false;
  }
}

void SqliteStore::measure_history() {
  std::size_t span_bytes = 0;
  {
    util::MutexLock lock(state_mutex_);
    span_bytes = history_.span_bytes();
  }
  auto spans = keeper_.measure(span_bytes);
  if (!spans) return complain(spans.error());
  util::MutexLock lock(state_mutex_);
  history_.refine(std::move(*spans));
}

void SqliteStore::keep_house() {
  end_values();
  sweep();
  checkpoint();
}

void SqliteStore::end_values() {
  while (true) {
    std::optional<storage::Commit> ending;
    {
      util::MutexLock lock(state_mutex_);
      if (stopping_) return;
      ending = endings_.take(clock_.now());
    }
    if (!ending) return;
    const std::string key = ending->key;
    const Revision revision = ending->guard.revision;
    commit(std::move(*ending), [this, key, revision](const StoreResult<storage::Entry>& result) {
      using Code = StoreError::Code;
      if (result || result.error().code == Code::kNotFound ||
          result.error().code == Code::kConflict) {
        return;
      }
      // A full disk, say: once more in a while.
      util::MutexLock lock(state_mutex_);
      endings_.add(key, revision, clock_.now() + kTick);
    });
  }
}

void SqliteStore::sweep() {
  Revision compacted = 0;
  {
    util::MutexLock lock(state_mutex_);
    history_.expire(clock_.now());
    compacted = history_.compacted();
  }
  if (compacted == swept_for_) return;
  while (true) {
    StoreResult<bool> more = false;
    {
      util::MutexLock lock(write_mutex_);
      more = keeper_.sweep(compacted);
    }
    if (!more) return complain(more.error());
    complained_ = false;
    if (!*more) break;
    // Whoever waits to write goes first: the mutex alone would let this thread in again.
    util::MutexLock lock(state_mutex_);
    if (stopping_) return;
    state_changed_.wait_for(state_mutex_, std::chrono::milliseconds(1));
  }
  swept_for_ = compacted;
}

void SqliteStore::checkpoint() {
  int pages = 0;
  {
    util::MutexLock lock(state_mutex_);
    pages = log_pages_;
  }
  if (pages < keeper_.carried_pages()) {
    // The log has begun anew since.
    if (pages < kCheckpointPages) return;
  } else if (pages - keeper_.carried_pages() < kCheckpointPages) {
    return;
  }
  auto whole = keeper_.checkpoint();
  if (whole && !*whole && pages >= kLargeLogPages) {
    util::MutexLock lock(write_mutex_);
    whole = keeper_.checkpoint();
  }
  if (!whole) complain(whole.error());
}

void SqliteStore::complain(const StoreError& error) {
  {
    util::MutexLock lock(write_mutex_);
    writer_.distrust_log();
  }
  if (!complained_) logger_.error("the store cannot be kept in order", {{"err", error.message}});
  complained_ = true;
}

}  // namespace annex::sqlite
