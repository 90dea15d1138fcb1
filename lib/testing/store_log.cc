#include "testing/store_log.h"

#include <algorithm>

namespace annex::testing {

using storage::Entry;
using storage::StoreResult;

void WatchLog::enter() {
  if (in_call_.exchange(true)) fail("the sink is called by two threads at once");
  if (closed_.load()) fail("the sink is called after its watch was destroyed");
}

void WatchLog::on_events(std::span<const storage::Event> batch) {
  enter();
  // A store that delivers under its lock hangs here.
  (void)store_.current_revision();
  {
    util::MutexLock lock(mutex_);
    if (end_) failures_.push_back({"watch.lasting", "an event follows its end"});
    events_.insert(events_.end(), batch.begin(), batch.end());
    changed_.notify_all();
  }
  in_call_.store(false);
}

void WatchLog::on_progress(Revision revision) {
  enter();
  {
    util::MutexLock lock(mutex_);
    if (end_) failures_.push_back({"watch.lasting", "progress follows its end"});
    progress_.emplace_back(revision, events_.size());
    changed_.notify_all();
  }
  in_call_.store(false);
}

void WatchLog::on_end(const storage::StoreError& why) {
  enter();
  {
    util::MutexLock lock(mutex_);
    if (end_) failures_.push_back({"watch.lasting", "it ended twice"});
    end_ = why;
    changed_.notify_all();
  }
  in_call_.store(false);
}

void WatchLog::close() {
  closed_.store(true);
  if (in_call_.load()) fail("a call of the sink is under way after its watch was destroyed");
}

Revision WatchLog::reached() const {
  return std::max(events_.empty() ? 0 : events_.back().revision,
                  progress_.empty() ? 0 : progress_.back().first);
}

bool WatchLog::wait_for(Revision revision, util::Duration limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  util::MutexLock lock(mutex_);
  while (!end_ && reached() < revision) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= util::Duration::zero()) return false;
    changed_.wait_for(mutex_, left);
  }
  return true;
}

void WatchLog::wait_for_progress(util::Duration limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  util::MutexLock lock(mutex_);
  while (!end_ && asked_ > (progress_.empty() ? 0 : progress_.back().first)) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= util::Duration::zero()) {
      failures_.push_back({"watch.bookmarkable", "progress to " + std::to_string(asked_) +
                                                     " was asked for and never came"});
      return;
    }
    changed_.wait_for(mutex_, left);
  }
}

std::vector<storage::Event> WatchLog::events() const {
  util::MutexLock lock(mutex_);
  return events_;
}

std::vector<std::pair<Revision, std::size_t>> WatchLog::progress() const {
  util::MutexLock lock(mutex_);
  return progress_;
}

std::optional<storage::StoreError> WatchLog::end() const {
  util::MutexLock lock(mutex_);
  return end_;
}

std::vector<Failure> WatchLog::failures() const {
  util::MutexLock lock(mutex_);
  return failures_;
}

void WatchLog::fail(std::string what) {
  util::MutexLock lock(mutex_);
  if (failures_.size() < 5) failures_.push_back({"watch.quiet", std::move(what)});
}

std::optional<StoreResult<Entry>> commit_and_wait(
    storage::Store& store, storage::Commit commit, util::Duration wait,
    const std::shared_ptr<std::atomic<int>>& extra_answers) {
  struct Pending {
    util::Mutex mutex;
    util::CondVar done;
    std::optional<StoreResult<Entry>> answer ANNEX_GUARDED_BY(mutex);
  };
  auto pending = std::make_shared<Pending>();
  const std::string key = commit.key;
  store.commit(std::move(commit), [&store, key, pending, extra_answers](StoreResult<Entry> result) {
    {
      util::MutexLock lock(pending->mutex);
      if (pending->answer) {
        extra_answers->fetch_add(1);
        return;
      }
    }
    // A store that answers under its lock hangs here.
    (void)store.get(key, std::nullopt);
    util::MutexLock lock(pending->mutex);
    pending->answer = std::move(result);
    pending->done.notify_all();
  });
  const auto end = std::chrono::steady_clock::now() + wait;
  util::MutexLock lock(pending->mutex);
  while (!pending->answer) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= util::Duration::zero()) return std::nullopt;
    pending->done.wait_for(pending->mutex, left);
  }
  return *pending->answer;
}

}  // namespace annex::testing
