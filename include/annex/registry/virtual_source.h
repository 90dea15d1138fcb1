// VirtualSource: where the objects of a resource come from that is kept in no store.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "annex/json/value.h"
#include "annex/registry/item.h"
#include "annex/util/clock.h"
#include "annex/util/mutex.h"
#include "annex/util/result.h"

namespace annex::registry {

/// Carries changes from whoever notices them to the resource that shows them. Shared by both; any
/// thread. Does nothing while its server does not run: that begins with a list.
class ChangeFeed {
 public:
  /// Hears what the feed tells.
  class Target {
   public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;
    /// Each as the feed's function of its name.
    virtual void put(json::Value object) = 0;
    virtual void remove(const ObjectKey& key) = 0;
    virtual void reset() = 0;
  };

  /// The object (in the hub form) is new, or is so now.
  void put(json::Value object);
  /// There is no such object any more.
  void remove(const ObjectKey& key);
  /// Changes may have been lost: lists again before anything more is read.
  void reset();

  /// Of the resource's backend. Null lets go, and waits for calls that are under way.
  void connect(Target* target);

 private:
  util::Mutex mutex_;
  Target* target_ ANNEX_GUARDED_BY(mutex_) = nullptr;
};

/// What a virtual resource is made of. Objects are in the hub form and have a name, and a namespace
/// if the resource has them. The functions are called from many threads, at most one list at a
/// time; they may block.
struct VirtualSource {
  /// All objects of all namespaces. Required.
  std::function<Result<std::vector<json::Value>>()> list{};
  /// One object, or nothing if there is none. Empty: it is found among all.
  std::function<Result<std::optional<json::Value>>(const ObjectKey&)> get{};
  /// If there is one, it tells of every change, and the objects are listed only once.
  std::shared_ptr<ChangeFeed> feed{};
  /// Without a feed: how often they are listed while somebody watches.
  util::Duration interval = std::chrono::seconds(1);
};

}  // namespace annex::registry
