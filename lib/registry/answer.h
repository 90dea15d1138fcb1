// Imperative resources: a question is created, and its answer is given and kept nowhere.
#pragma once

#include "annex/registry/backend.h"
#include "annex/registry/writes.h"

namespace annex::registry {

/// Admits, prepares and validates the question (in the hub form) as what is stored would be, but
/// for what belongs to stored objects: it needs no name and gets no uid. Invalid, or whatever the
/// program's own function says. The item has no resourceVersion. Requires: the resource is
/// imperative.
Result<ItemPtr> answer(const Codec& codec, const WriteRequest& request, json::Value question);

/// Has the codec of an imperative resource, and no objects.
class AnswerBackend final : public Backend {
 public:
  AnswerBackend(const Resource& resource, const util::Clock& clock)
      : codec_(resource), cache_(std::make_shared<WatchCache>(WatchCacheOptions{}, clock)) {}

  const Codec& codec() const override { return codec_; }
  Result<ItemPtr> get(const ObjectKey&, const ReadAt&) override { return ItemPtr(); }
  Result<ListResult> list(const ListQuery&) override { return ListResult{}; }
  void commit(Change, std::function<void(Result<Committed>)> done) override {
    done(Error::internal("an imperative resource keeps nothing"));
  }
  std::shared_ptr<WatchCache> cache() override { return cache_; }
  void reach_back(storage::Revision) override {}
  Result<void> wait_until(const ReadAt&) override { return {}; }

 private:
  const Codec codec_;
  const std::shared_ptr<WatchCache> cache_;
};

}  // namespace annex::registry
