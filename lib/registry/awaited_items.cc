#include "registry/awaited_items.h"

namespace annex::registry {
namespace {

/// More wait only where the watch is lost, and then they need not be had.
constexpr std::size_t kMaxAwaited = 4096;

}  // namespace

ItemPtr AwaitedItem::at(storage::Revision revision) {
  util::MutexLock lock(mutex_);
  if (item_->revision == 0) item_->revision = revision;
  return item_->revision == revision ? item_ : nullptr;
}

std::shared_ptr<AwaitedItem> AwaitedItems::add(std::shared_ptr<Item> item) {
  std::string key = item->key;
  auto awaited = std::make_shared<AwaitedItem>(std::move(item));
  util::MutexLock lock(mutex_);
  if (items_.size() >= kMaxAwaited) items_.clear();
  items_.emplace(std::move(key), awaited);
  return awaited;
}

void AwaitedItems::drop(const std::shared_ptr<AwaitedItem>& awaited) {
  util::MutexLock lock(mutex_);
  const auto [begin, end] = items_.equal_range(awaited->item_->key);
  for (auto it = begin; it != end; ++it) {
    if (it->second != awaited) continue;
    items_.erase(it);
    return;
  }
  // An event took it for that of another write of the same text, whose own is left over.
  for (auto it = begin; it != end; ++it) {
    if (!(it->second->item_->text == awaited->item_->text)) continue;
    items_.erase(it);
    return;
  }
}

ItemPtr AwaitedItems::take(const std::string& key, const util::Bytes& text,
                           storage::Revision revision) {
  util::MutexLock lock(mutex_);
  const auto [begin, end] = items_.equal_range(key);
  for (auto it = begin; it != end; ++it) {
    if (!(it->second->item_->text == text)) continue;
    ItemPtr item = it->second->at(revision);
    if (!item) continue;
    items_.erase(it);
    return item;
  }
  return nullptr;
}

void AwaitedItems::clear() {
  util::MutexLock lock(mutex_);
  items_.clear();
}

}  // namespace annex::registry
