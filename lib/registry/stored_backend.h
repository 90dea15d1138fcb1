// A backend that keeps its objects in a Store and follows it through the watch cache.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "annex/registry/backend.h"
#include "registry/awaited_items.h"

namespace annex::registry {

/// What a failed call of the store means to a client. `verb` is named where the store cannot be
/// reached.
Error store_error(const storage::StoreError& error, const Resource& resource,
                  const std::string& verb);

/// The watch of the store that all backends share.
struct StoreFollower {
  /// Follows the store again if that was lost; called before reads.
  std::function<Result<void>()> mend{};
  /// Has the caches be told of the store's newest revision soon. Never waits.
  std::function<void()> ask_progress{};
};

class StoredBackend final : public Backend {
 public:
  StoredBackend(const Resource& resource, storage::Store& store, const util::Clock& clock,
                util::Logger& logger, const BackendOptions& options, StoreFollower follower);

  const Codec& codec() const override { return codec_; }
  Result<ItemPtr> get(const ObjectKey& key, const ReadAt& at) override;
  Result<ListResult> list(const ListQuery& query) override;
  void commit(Change change, std::function<void(Result<Committed>)> done) override;
  std::shared_ptr<WatchCache> cache() override { return cache_; }
  void reach_back(storage::Revision after) override;
  Result<void> wait_until(const ReadAt& at) override;
  Unreadable unreadable() const override;

  const std::string& prefix() const { return prefix_; }
  /// Begins anew with the store's state at `revision`.
  Result<void> fill(storage::Revision revision);
  /// The event as the cache keeps it; null for one that says nothing new. Called in order, by one
  /// thread at a time; `previous` is the item that the cache holds or is about to hold.
  CacheEventPtr make_event(const storage::Event& event, ItemPtr previous);

 private:
  /// From the cache; nothing if that has not the state that is asked for.
  std::optional<ListResult> list_known(const ListQuery& query) const;
  /// From the store.
  Result<ListResult> list_exactly(const ListQuery& query);
  /// Adds what matches of one page of the store to `result`, up to the limit.
  Result<void> take_page(const ListQuery& query, const storage::ListPage& page,
                         ListResult& result) const;
  /// Notes that what is stored under the relative key cannot be read: whoever asks for it is told
  /// why, lists and watches leave it out, and it is never written over.
  void leave_out(const std::string& key, const Error& why);
  /// The item of each entry, or why it has none. Large pages are shared among threads.
  std::vector<Result<ItemPtr>> make_items(std::span<const storage::Entry> entries) const;
  /// The item of a value that was there in the past; null for one that cannot be read.
  ItemPtr past_item(const std::string& key, storage::Revision revision,
                    const util::Bytes& value) const;

  void forget_what_cannot_be_read();
  /// Nothing, if the object of a relative key can be read or is not there.
  std::optional<Error> why_unreadable(const std::string& key) const;

  const Resource& resource_;
  storage::Store& store_;
  const util::Clock& clock_;
  util::Logger& logger_;
  const BackendOptions options_;
  const std::string prefix_;
  const StoreFollower follower_;
  const Codec codec_;
  const std::shared_ptr<WatchCache> cache_;
  /// Shared with the answers that the store owes.
  const std::shared_ptr<AwaitedItems> awaited_ = std::make_shared<AwaitedItems>();
  mutable util::Mutex unreadable_mutex_;
  /// What is stored and cannot be read, and why, by relative key.
  std::unordered_map<std::string, Error> unreadable_ ANNEX_GUARDED_BY(unreadable_mutex_);
  std::size_t found_unreadable_ ANNEX_GUARDED_BY(unreadable_mutex_) = 0;  ///< ever
  /// What follows this revision is gone or too much, and so is what follows an older one.
  storage::Revision too_far_back_ ANNEX_GUARDED_BY(unreadable_mutex_) = 0;
  /// Held while the past is read, so that many who ask for it read it once.
  util::Mutex past_mutex_;
};

}  // namespace annex::registry
