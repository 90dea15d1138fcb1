// WatchCache: the newest state of one resource and a ring of its last changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "annex/http/body_source.h"
#include "annex/registry/item.h"
#include "annex/registry/item_index.h"
#include "annex/util/clock.h"
#include "annex/util/mutex.h"

namespace annex::registry {

/// One change. `current` is null for a deletion, `previous` for a creation. Immutable but for the
/// texts of it that watchers share. Any thread.
class CacheEvent {
 public:
  /// See the functions of these names.
  CacheEvent(storage::Revision revision, ItemPtr current, ItemPtr previous, util::TimePoint seen)
      : revision_(revision),
        current_(std::move(current)),
        previous_(std::move(previous)),
        seen_(seen) {}

  /// Each as its name says; null is what was not there: `previous` of a creation, `current` of a
  /// deletion. `seen` is the clock's time of the append.
  storage::Revision revision() const { return revision_; }
  const ItemPtr& current() const { return current_; }
  const ItemPtr& previous() const { return previous_; }
  util::TimePoint seen() const { return seen_; }

  /// The text kept under `form`, made by `make` the first time.
  util::Bytes text(const std::string& form, const std::function<util::Bytes()>& make) const;

 private:
  const storage::Revision revision_;
  const ItemPtr current_;
  const ItemPtr previous_;
  const util::TimePoint seen_;
  mutable util::Mutex mutex_;
  mutable std::vector<std::pair<std::string, util::Bytes>> texts_ ANNEX_GUARDED_BY(mutex_);
};

using CacheEventPtr = std::shared_ptr<const CacheEvent>;

/// How much of the past a cache keeps: events younger than `window`, within bounds.
struct WatchCacheOptions {
  std::size_t max_events = 102400;                   ///< the ring's bound
  std::size_t min_events = 1024;                     ///< kept whatever their age
  util::Duration window = std::chrono::seconds(75);  ///< older ones go with the next change
};

/// A state of the resource at one revision.
struct CacheState {
  storage::Revision revision{};  ///< 0 before the first
  std::vector<ItemPtr> items{};  ///< in bytewise order of keys
};

/// The beginning of such a state, which is that of every revision from `changed` to `revision`.
struct CachePage {
  storage::Revision revision{};  ///< of the state
  storage::Revision changed{};   ///< of the last change before it
  std::vector<ItemPtr> items{};  ///< in bytewise order of keys
  std::size_t more{};            ///< how many objects are behind them
};

/// Fed by one thread at a time, read by any. Owned by the resource's backend.
class WatchCache {
 public:
  /// Empty; `clock` outlives it.
  WatchCache(WatchCacheOptions options, const util::Clock& clock);

  /// Begins anew with this state: every running watch ends. Requires: the items are in bytewise
  /// order of their keys.
  void reset(storage::Revision revision, std::vector<ItemPtr> items);
  /// Appends changes in order; wakes each WakeTarget once.
  void append(std::vector<CacheEventPtr> events);
  /// Puts what was before the ring's first change in front of it: all changes of the resource after
  /// `after` and not after `oldest`, in order. False, and nothing is done, if `oldest` is no longer
  /// where the ring begins. Requires: no more than `room()`.
  bool extend_back(storage::Revision after, storage::Revision oldest,
                   std::vector<CacheEventPtr> events);
  /// How many changes the ring may still take.
  std::size_t room() const;
  /// Everything up to `revision` is known.
  void progress(storage::Revision revision);
  /// Ends every watch and every wait.
  void stop();

  /// Of the newest change or progress; 0 before the first reset.
  storage::Revision revision() const;
  /// Waits, at most `limit` on the machine's clock, until the revision is reached.
  bool wait_for(storage::Revision revision, util::Duration limit) const;
  /// The newest one; null if there is none.
  ItemPtr get(const std::string& key) const;
  /// How many objects there are.
  std::size_t size() const;
  /// The newest known items whatever the key; of a key range if `prefix` is not empty. Others wait
  /// a short time only, however many there are.
  CacheState list(const std::string& prefix) const;
  class View;
  /// The first `limit` items of that state behind the key `after`: short work, however large it is.
  CachePage page(const std::string& prefix, const std::string& after, std::size_t limit) const;

  /// A place in the ring. One is never of two changes.
  using Position = std::uint64_t;
  /// Where a watch begins.
  struct Start {
    Position position{};  ///< where to read on
    CacheState state{};   ///< only if asked for
  };
  /// The newest place, with the state there.
  Start begin_with_state(const std::string& prefix) const;
  /// The place after the last change at or before `after`. Empty if the ring does not reach back
  /// so far; `oldest` is then the oldest revision that it could begin at.
  std::optional<Position> begin_after(storage::Revision after, storage::Revision* oldest) const;

  /// What a position was given.
  struct Batch {
    bool ended = false;            ///< stopped, begun anew, or the position fell off the ring
    storage::Revision revision{};  ///< all changes up to this one precede `next`
    Position next{};               ///< where to read on
    std::vector<CacheEventPtr> events{};  ///< in order
  };
  /// At most `limit` events from `position` on. Never blocks for long.
  Batch read(Position position, std::size_t limit) const;

  /// Registers for a wake after each batch of changes. Requires: not registered already.
  void add_watcher(const http::Waker& waker);
  /// Registers no more; nothing happens if it was not.
  void remove_watcher(const http::Waker& waker);
  /// How many are registered.
  std::size_t watchers() const;

 private:
  struct Target {
    std::shared_ptr<http::WakeTarget> target;
    std::vector<http::WakeId> ids;
  };
  /// Positions left free before a ring that begins anew: for what is put in front of it later, and
  /// so that every position given out before is off the ring.
  static constexpr Position kGap = Position{1} << 32U;

  void trim() ANNEX_REQUIRES(mutex_);
  /// Since when the newest state is as it is.
  storage::Revision last_change() const ANNEX_REQUIRES(mutex_);
  std::vector<Target> targets() const ANNEX_REQUIRES(mutex_);
  static void wake(const std::vector<Target>& targets);

  const WatchCacheOptions options_;
  const util::Clock& clock_;
  mutable util::Mutex mutex_;
  mutable util::CondVar changed_;
  ItemIndex items_ ANNEX_GUARDED_BY(mutex_);
  std::deque<CacheEventPtr> ring_ ANNEX_GUARDED_BY(mutex_);
  /// The position of the ring's first event.
  Position first_ ANNEX_GUARDED_BY(mutex_) = kGap;
  /// A watch may begin after any revision from here on.
  storage::Revision oldest_ ANNEX_GUARDED_BY(mutex_) = 0;
  storage::Revision revision_ ANNEX_GUARDED_BY(mutex_) = 0;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
  std::unordered_map<http::WakeTarget*, Target> targets_ ANNEX_GUARDED_BY(mutex_);
};

/// What `list` gives, or what of it is behind the key `after`, to be gone through where the cache
/// has it. It does not change meanwhile. Does not outlive the cache; one thread.
class WatchCache::View {
 public:
  /// Of the newest known state. Others wait a short time only, however large that is.
  View(const WatchCache& cache, const std::string& prefix, const std::string& after);
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  /// The state is that of every revision from `changed` to `revision`.
  storage::Revision revision() const { return revision_; }
  /// See `revision`.
  storage::Revision changed() const { return changed_; }
  /// The place in the ring behind the state's last change.
  Position position() const { return position_; }
  /// How many there are.
  std::size_t size() const { return size_; }
  /// Calls `visit` with each item, in bytewise order of keys, until one call gives false.
  template <typename Visit>
  void visit(const Visit& visit) const {
    for (const ItemIndex::Slice& slice : slices_) {
      for (std::size_t i = slice.begin; i < slice.end; ++i) {
        if (!visit((*slice.run)[i])) return;
      }
    }
  }

 private:
  const WatchCache& cache_;
  std::vector<ItemIndex::Slice> slices_;
  storage::Revision revision_ = 0;
  storage::Revision changed_ = 0;
  Position position_ = 0;
  std::size_t size_ = 0;
};

}  // namespace annex::registry
