// A store whose answers to commits a test holds back.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "annex/storage/forwarding_store.h"
#include "annex/util/mutex.h"

namespace annex::test {

/// What a HeldStore and its test share. Any thread.
class Hold {
 public:
  /// From now on commits wait: none takes effect before `release`.
  void close() {
    const util::MutexLock lock(mutex_);
    closed_ = true;
  }
  /// Has those that wait take effect, in their order, and later ones at once.
  void release() {
    std::vector<std::function<void()>> held;
    {
      const util::MutexLock lock(mutex_);
      closed_ = false;
      held.swap(held_);
    }
    for (const auto& commit : held) commit();
  }
  /// False if fewer wait after a minute.
  bool wait_for(std::size_t count) {
    const util::MutexLock lock(mutex_);
    for (int i = 0; i < 60 && held_.size() < count; ++i) {
      changed_.wait_for(mutex_, std::chrono::seconds(1));
    }
    return held_.size() >= count;
  }

  /// How many wait.
  std::size_t count() const {
    const util::MutexLock lock(mutex_);
    return held_.size();
  }

  /// For the store: now or later.
  void pass(std::function<void()> commit) {
    {
      const util::MutexLock lock(mutex_);
      if (closed_) {
        held_.push_back(std::move(commit));
        changed_.notify_all();
        return;
      }
    }
    commit();
  }

 private:
  mutable util::Mutex mutex_;
  util::CondVar changed_;
  bool closed_ ANNEX_GUARDED_BY(mutex_) = false;
  std::vector<std::function<void()>> held_ ANNEX_GUARDED_BY(mutex_);
};

class HeldStore final : public storage::ForwardingStore {
 public:
  HeldStore(std::unique_ptr<storage::Store> inner, std::shared_ptr<Hold> hold)
      : ForwardingStore(std::move(inner)), hold_(std::move(hold)) {}

  void commit(storage::Commit commit,
              std::function<void(storage::StoreResult<storage::Entry>)> done) override {
    hold_->pass([this, commit = std::move(commit), done = std::move(done)] {
      inner().commit(commit, done);
    });
  }

 private:
  const std::shared_ptr<Hold> hold_;
};

}  // namespace annex::test
