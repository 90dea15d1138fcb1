// A store whose answers to commits a test holds back.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "annex/storage/store.h"
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

class HeldStore final : public storage::Store {
 public:
  HeldStore(std::unique_ptr<storage::Store> inner, std::shared_ptr<Hold> hold)
      : inner_(std::move(inner)), hold_(std::move(hold)) {}

  storage::StoreResult<storage::Entry> get(const std::string& key,
                                           std::optional<storage::Revision> at) override {
    return inner_->get(key, at);
  }
  storage::StoreResult<storage::ListPage> list(const std::string& prefix,
                                               const storage::ListOptions& options) override {
    return inner_->list(prefix, options);
  }
  void commit(storage::Commit commit,
              std::function<void(storage::StoreResult<storage::Entry>)> done) override {
    hold_->pass([this, commit = std::move(commit), done = std::move(done)] {
      inner_->commit(commit, done);
    });
  }
  storage::StoreResult<std::unique_ptr<storage::Watch>> watch(const std::string& prefix,
                                                              storage::Revision after,
                                                              storage::WatchSink& sink) override {
    return inner_->watch(prefix, after, sink);
  }
  storage::StoreResult<storage::Revision> current_revision() override {
    return inner_->current_revision();
  }
  storage::StoreResult<void> compact(storage::Revision revision) override {
    return inner_->compact(revision);
  }
  std::uint64_t epoch() const override { return inner_->epoch(); }
  bool is_exclusive() const override { return inner_->is_exclusive(); }

 private:
  const std::unique_ptr<storage::Store> inner_;
  const std::shared_ptr<Hold> hold_;
};

}  // namespace annex::test
