// The items of writes that are under way.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "annex/registry/item.h"
#include "annex/util/mutex.h"

namespace annex::registry {

/// The item of one write, which gets its revision from whoever hears of it first: the answer to the
/// write or the store's watch. Any thread.
class AwaitedItem {
 public:
  explicit AwaitedItem(std::shared_ptr<Item> item) : item_(std::move(item)) {}

  /// The item, from now on of this revision; null if it is of another one.
  ItemPtr at(storage::Revision revision);

 private:
  friend class AwaitedItems;
  util::Mutex mutex_;
  const std::shared_ptr<Item> item_;  // its revision is guarded until it is known
};

/// So that the store's watch need not read what this process has just written: whose key and text
/// are those of an event is that event's item. Owned by the resource's backend. Any thread.
class AwaitedItems {
 public:
  /// Before the write.
  std::shared_ptr<AwaitedItem> add(std::shared_ptr<Item> item);
  /// For a write that failed.
  void drop(const std::shared_ptr<AwaitedItem>& awaited);
  /// The item of an event, no longer awaited; null if it was not made here.
  ItemPtr take(const std::string& key, const util::Bytes& text, storage::Revision revision);
  /// When events may have been missed.
  void clear();

 private:
  util::Mutex mutex_;
  /// Those of one key in the order of their writes.
  std::multimap<std::string, std::shared_ptr<AwaitedItem>> items_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::registry
