// The keeper thread of a store: history, times to live, compaction and checkpoints.
#include <algorithm>

#include "sqlite/sqlite_store.h"

namespace annex::sqlite {
namespace {

/// How often the write-ahead log is carried over beside the writers before they have to wait.
constexpr int kSteps = 4;
/// How long writers wait for those who read it. Whoever begins to read meanwhile does not need it.
constexpr util::Duration kPatience = std::chrono::milliseconds(50);
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
  carry_log_over();
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
      Turn writing(write_mutex_);
      more = keeper_.sweep(compacted);
      util::MutexLock lock(state_mutex_);
      log_.measured(keeper_.log_pages());
    }
    if (!more) return complain(more.error());
    complained_ = false;
    if (!*more) break;
    // A long history fills the log as writers do.
    if (is_log_due()) carry_log_over();
    // Many commits go between two slices, not one.
    util::MutexLock lock(state_mutex_);
    if (stopping_) return;
    state_changed_.wait_for(state_mutex_, std::chrono::milliseconds(1));
  }
  swept_for_ = compacted;
}

bool SqliteStore::is_log_due() {
  util::MutexLock lock(state_mutex_);
  return log_.is_due();
}

void SqliteStore::carry_log_over() {
  // What is written meanwhile is for the next step, so that little is left for the writers to wait
  // for. They may be quicker than the disk, so not for ever.
  for (int step = 0; step < kSteps && is_log_due(); ++step) {
    if (auto done = keeper_.carry_over(); !done) return complain(done.error());
    util::MutexLock lock(state_mutex_);
    log_.carried(keeper_.carried_pages());
  }
  {
    util::MutexLock lock(state_mutex_);
    if (!log_.is_large()) return;
  }
  StoreResult<bool> renewed = false;
  {
    Turn writing(write_mutex_);
    renewed = keeper_.renew_log(kPatience);
    util::MutexLock lock(state_mutex_);
    log_.carried(keeper_.carried_pages());
    log_.asked_anew();
  }
  if (!renewed) complain(renewed.error());
}

void SqliteStore::complain(const StoreError& error) {
  {
    Turn writing(write_mutex_);
    writer_.distrust_log();
  }
  if (!complained_) logger_.error("the store cannot be kept in order", {{"err", error.message}});
  complained_ = true;
}

}  // namespace annex::sqlite
