// A store in front of another one, to change some of what it does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "annex/storage/store.h"

namespace annex::storage {

/// Passes every call on to the store that it owns. For stores that encrypt, count, delay or fail:
/// they override what differs. Any thread.
class ForwardingStore : public Store {
 public:
  /// In front of `inner`, which is not null.
  explicit ForwardingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

  StoreResult<Entry> get(const std::string& key, std::optional<Revision> at) override {
    return inner_->get(key, at);
  }
  StoreResult<ListPage> list(const std::string& prefix, const ListOptions& options) override {
    return inner_->list(prefix, options);
  }
  void commit(Commit commit, std::function<void(StoreResult<Entry>)> done) override {
    inner_->commit(std::move(commit), std::move(done));
  }
  StoreResult<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision after,
                                            WatchSink& sink) override {
    return inner_->watch(prefix, after, sink);
  }
  StoreResult<Revision> current_revision() override { return inner_->current_revision(); }
  StoreResult<void> compact(Revision revision) override { return inner_->compact(revision); }
  std::uint64_t epoch() const override { return inner_->epoch(); }
  bool is_exclusive() const override { return inner_->is_exclusive(); }

 protected:
  /// The one behind.
  Store& inner() { return *inner_; }
  /// Ends the store behind, which answers what it still owes. For the destructor of a store whose
  /// answers use its own members: those would be gone otherwise. Nothing may be called afterwards.
  void end_inner() { inner_.reset(); }

 private:
  std::unique_ptr<Store> inner_;
};

}  // namespace annex::storage
