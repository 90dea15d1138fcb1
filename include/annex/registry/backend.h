// Backend: where a resource's objects live; Backends: those of all resources of a server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annex/registry/codec.h"
#include "annex/registry/item.h"
#include "annex/registry/resource.h"
#include "annex/registry/watch_cache.h"
#include "annex/storage/store.h"
#include "annex/util/logger.h"

namespace annex::registry {

/// Which state a read may show.
struct ReadAt {
  /// What may be shown.
  enum class Kind { kNewest, kAny, kNotOlderThan, kExactly };
  Kind kind = Kind::kNewest;     ///< which of them
  storage::Revision revision{};  ///< 0 for those without
};

/// What is listed.
struct ListQuery {
  ReadAt at{};           ///< which state
  std::string prefix{};  ///< of relative keys: "ns/", or empty
  std::string after{};   ///< only relative keys greater than this
  std::size_t limit{};   ///< 0 is none
  /// What is to be listed; empty: everything. A page is filled with what matches.
  std::function<bool(const Item&)> matches{};
};

/// A page, in the order of keys. `remaining` counts what follows it, as far as that is known.
struct ListResult {
  storage::Revision revision{};  ///< of the state
  std::vector<ItemPtr> items{};  ///< in the order of their keys
  bool more = false;             ///< a page follows
  std::size_t remaining{};       ///< about how many, selectors left aside
};

/// One change of one object.
struct Change {
  ObjectKey key{};               ///< of the object
  std::optional<Draft> draft{};  ///< absent deletes
  storage::Revision expected{};  ///< the object's present revision; 0: must not exist
  bool among_many{};             ///< more changes follow at once
};

/// What became of a change that did not fail.
struct Committed {
  bool lost_race = false;        ///< somebody else wrote in between: nothing was changed
  storage::Revision revision{};  ///< of the change
  /// The new state; null for a deletion, and where `text` has yet to be read.
  ItemPtr item{};
  util::Bytes text{};  ///< as it was stored
};

/// How many objects are there that cannot be read, and how many were ever found since the start.
struct Unreadable {
  std::size_t now{};    ///< how many there are
  std::size_t found{};  ///< how many were found since the start
};

/// Keeps the objects of one resource. Any thread; calls may block but for `cache`.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// Lives as long as the backend.
  virtual const Codec& codec() const = 0;
  /// The object, or null if there is none. kTimeout with cause ResourceVersionTooLarge.
  virtual Result<ItemPtr> get(const ObjectKey& key, const ReadAt& at) = 0;
  /// kExpired, kTimeout with cause ResourceVersionTooLarge.
  virtual Result<ListResult> list(const ListQuery& query) = 0;
  /// Compare and swap. `done` is called once, on any thread, perhaps before this returns; it must
  /// neither block nor throw.
  virtual void commit(Change change, std::function<void(Result<Committed>)> done) = 0;
  /// What watches read.
  virtual std::shared_ptr<WatchCache> cache() = 0;
  /// Has the cache's ring reach back to the changes after `after`, if the store still has them and
  /// the ring has room: so a watch goes on across a restart. What is not had is left as it is.
  virtual void reach_back(storage::Revision after) = 0;
  /// Waits until the cache shows at least what `at` asks for. kTimeout as above.
  virtual Result<void> wait_until(const ReadAt& at) = 0;
  /// What is stored and cannot be read: of an unknown version, or damaged.
  virtual Unreadable unreadable() const { return {}; }
};

/// Where objects are kept, and how long reads may wait for their cache.
struct BackendOptions {
  std::string prefix = "/registry/";  ///< of all keys
  WatchCacheOptions cache{};          ///< of each resource
  /// How long a read waits for a revision that has not been seen yet.
  util::Duration wait = std::chrono::seconds(3);
};

/// "ns/name", or "name" for an object without a namespace.
std::string relative_key(const ObjectKey& key);
/// What the keys of a resource's objects begin with in a store; `prefix` is that of all resources.
std::string key_prefix(const Resource& resource, const std::string& prefix);

/// 504 for a revision that was not reached.
Error too_large_revision(storage::Revision asked, storage::Revision current, int retry_after);

/// The backend of every resource of a registry, over one store but for virtual and imperative
/// ones. Owned by the server; `registry`,
/// `store`, `clock` and `logger` must outlive it. Destroying it ends all watches.
class Backends {
 public:
  /// What outlives it is said above.
  Backends(const Registry& registry, storage::Store& store, util::Clock& clock,
           util::Logger& logger, const BackendOptions& options);
  ~Backends();
  Backends(const Backends&) = delete;
  Backends& operator=(const Backends&) = delete;

  /// Fills every cache and begins to follow the store. The store's error if that fails.
  Result<void> start();
  /// Follows the store again where it was lost: called now and then, and by reads. Any thread.
  Result<void> mend();
  /// Ends all watches, for a server that stops.
  void stop();
  /// Null for a resource of another registry.
  Backend* find(const Resource& resource) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace annex::registry
