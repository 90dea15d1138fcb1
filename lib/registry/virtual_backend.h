// A backend whose objects come from a program's own functions.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/registry/backend.h"
#include "annex/registry/virtual_source.h"
#include "annex/util/logger.h"

namespace annex::registry {

/// Feeds the watch cache by comparing what the source lists with what it listed before, or by what
/// its feed tells. A revision is the time, in microseconds since 1970, from which on the source was
/// read: it grows across restarts, and says the same to replicas whose clocks agree.
class VirtualBackend final : public Backend, private ChangeFeed::Target {
 public:
  VirtualBackend(const Resource& resource, const util::Clock& clock, util::Logger& logger,
                 const BackendOptions& options);
  ~VirtualBackend() override;

  const Codec& codec() const override { return codec_; }
  Result<ItemPtr> get(const ObjectKey& key, const ReadAt& at) override;
  Result<ListResult> list(const ListQuery& query) override;
  /// Always fails: nothing is written.
  void commit(Change change, std::function<void(Result<Committed>)> done) override;
  std::shared_ptr<WatchCache> cache() override { return cache_; }
  void reach_back(storage::Revision) override {}
  Result<void> wait_until(const ReadAt& at) override;

  /// Begins to hear the feed.
  void start();
  /// Ends all watches; hears no more.
  void stop();
  /// When the source is to be listed for those who watch; nothing if nobody does, or if there is a
  /// feed and it was not reset.
  std::optional<util::TimePoint> due() const;
  /// Lists the source if that is due, and logs a failure.
  void poll();

 private:
  struct FedChange {
    ObjectKey key{};
    std::optional<json::Value> object{};  ///< absent: removed
  };
  /// A state that was shown in pages.
  struct Snapshot {
    std::vector<ItemPtr> items{};
    util::TimePoint taken{};
  };

  void put(json::Value object) override;
  void remove(const ObjectKey& key) override;
  void reset() override;

  /// Lists the source, or shares a list that begins after this call.
  Result<void> refresh();
  /// True if what is known will do for such a read.
  bool is_fresh(const ReadAt& at) const ANNEX_REQUIRES(mutex_);
  void take_list(const std::vector<json::Value>& objects, storage::Revision revision)
      ANNEX_REQUIRES(mutex_);
  /// Appends one of a list's changes: the first has the list's revision, each other the next.
  void add_event(std::vector<CacheEventPtr>& events, storage::Revision first, ItemPtr current,
                 ItemPtr previous) ANNEX_REQUIRES(mutex_);
  void take(FedChange change) ANNEX_REQUIRES(mutex_);
  void hear(FedChange change);
  /// Null, with a line in the log, for what cannot be shown.
  ItemPtr make_item(const json::Value& object, storage::Revision revision) const;
  Result<ItemPtr> get_one(const ObjectKey& key);
  /// Later than all before it.
  storage::Revision next_revision() ANNEX_REQUIRES(mutex_);
  Result<ListResult> list_exactly(const ListQuery& query);
  void remember(storage::Revision revision, const std::vector<ItemPtr>& items);

  const Resource& resource_;
  const VirtualSource& source_;
  const util::Clock& clock_;
  util::Logger& logger_;
  const Codec codec_;
  const std::shared_ptr<WatchCache> cache_;

  mutable util::Mutex mutex_;
  util::CondVar listed_;
  storage::Revision last_ ANNEX_GUARDED_BY(mutex_) = 0;
  bool is_known_ ANNEX_GUARDED_BY(mutex_) = false;  ///< it was listed, and no change lost since
  bool is_listing_ ANNEX_GUARDED_BY(mutex_) = false;
  std::uint64_t begun_ ANNEX_GUARDED_BY(mutex_) = 0;  ///< lists
  std::uint64_t done_ ANNEX_GUARDED_BY(mutex_) = 0;   ///< the newest that is over
  Result<void> outcome_ ANNEX_GUARDED_BY(mutex_);     ///< of it
  util::TimePoint listed_at_ ANNEX_GUARDED_BY(mutex_){};
  std::uint64_t changes_ ANNEX_GUARDED_BY(mutex_) = 0;      ///< how often the cache was changed
  std::deque<FedChange> waiting_ ANNEX_GUARDED_BY(mutex_);  ///< told while listing
  std::map<storage::Revision, Snapshot> snapshots_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::registry
