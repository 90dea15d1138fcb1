#include "annex/registry/watch_cache.h"

#include <algorithm>
#include <iterator>

namespace annex::registry {

util::Bytes CacheEvent::text(const std::string& form,
                             const std::function<util::Bytes()>& make) const {
  util::MutexLock lock(mutex_);
  for (const auto& kept : texts_) {
    if (kept.first == form) return kept.second;
  }
  texts_.emplace_back(form, make());
  return texts_.back().second;
}

WatchCache::WatchCache(WatchCacheOptions options, const util::Clock& clock)
    : options_(options), clock_(clock) {}

void WatchCache::reset(storage::Revision revision, std::vector<ItemPtr> items) {
  std::vector<Target> woken;
  {
    util::MutexLock lock(mutex_);
    items_.assign(std::move(items));
    first_ += ring_.size() + kGap;
    ring_.clear();
    oldest_ = revision;
    revision_ = revision;
    woken = targets();
    changed_.notify_all();
  }
  wake(woken);
}

void WatchCache::append(std::vector<CacheEventPtr> events) {
  if (events.empty()) return;
  std::vector<Target> woken;
  {
    util::MutexLock lock(mutex_);
    for (CacheEventPtr& event : events) {
      if (event->revision() <= revision_) continue;
      if (event->current()) {
        items_.put(event->current());
      } else {
        items_.erase(event->previous()->key);
      }
      revision_ = event->revision();
      ring_.push_back(std::move(event));
    }
    trim();
    woken = targets();
    changed_.notify_all();
  }
  wake(woken);
}

bool WatchCache::extend_back(storage::Revision after, storage::Revision oldest,
                             std::vector<CacheEventPtr> events) {
  util::MutexLock lock(mutex_);
  if (oldest != oldest_) return false;
  first_ -= events.size();
  ring_.insert(ring_.begin(), std::make_move_iterator(events.begin()),
               std::make_move_iterator(events.end()));
  oldest_ = after;
  return true;
}

std::size_t WatchCache::room() const {
  util::MutexLock lock(mutex_);
  return options_.max_events - std::min(options_.max_events, ring_.size());
}

void WatchCache::progress(storage::Revision revision) {
  util::MutexLock lock(mutex_);
  if (revision <= revision_) return;
  revision_ = revision;
  changed_.notify_all();
}

void WatchCache::stop() {
  std::vector<Target> woken;
  {
    util::MutexLock lock(mutex_);
    stopped_ = true;
    woken = targets();
    changed_.notify_all();
  }
  wake(woken);
}

storage::Revision WatchCache::revision() const {
  util::MutexLock lock(mutex_);
  return revision_;
}

bool WatchCache::wait_for(storage::Revision revision, util::Duration limit) const {
  const auto end = std::chrono::steady_clock::now() + limit;
  util::MutexLock lock(mutex_);
  while (revision_ < revision) {
    const auto left = end - std::chrono::steady_clock::now();
    if (stopped_ || left <= util::Duration::zero()) return false;
    changed_.wait_for(mutex_, left);
  }
  return true;
}

std::size_t WatchCache::size() const {
  util::MutexLock lock(mutex_);
  return items_.size();
}

ItemPtr WatchCache::get(const std::string& key) const {
  util::MutexLock lock(mutex_);
  return items_.find(key);
}

CachePage WatchCache::page(const std::string& prefix, const std::string& after,
                           std::size_t limit) const {
  util::MutexLock lock(mutex_);
  CachePage page;
  page.revision = revision_;
  page.changed = last_change();
  page.more = items_.page(prefix, after, limit, page.items);
  return page;
}

CacheState WatchCache::list(const std::string& prefix) const {
  return begin_with_state(prefix).state;
}

WatchCache::Start WatchCache::begin_with_state(const std::string& prefix) const {
  const View view(*this, prefix, {});
  Start start{view.position(), {view.revision(), {}}};
  start.state.items.reserve(view.size());
  view.visit([&](const ItemPtr& item) {
    start.state.items.push_back(item);
    return true;
  });
  return start;
}

WatchCache::View::View(const WatchCache& cache, const std::string& prefix, const std::string& after)
    : cache_(cache) {
  {
    util::MutexLock lock(cache_.mutex_);
    slices_ = cache_.items_.slices(prefix, after);
    revision_ = cache_.revision_;
    changed_ = cache_.last_change();
    position_ = cache_.first_ + cache_.ring_.size();
  }
  for (const ItemIndex::Slice& slice : slices_) size_ += slice.end - slice.begin;
}

WatchCache::View::~View() {
  util::MutexLock lock(cache_.mutex_);
  ItemIndex::give_back(slices_);
}

std::optional<WatchCache::Position> WatchCache::begin_after(storage::Revision after,
                                                            storage::Revision* oldest) const {
  util::MutexLock lock(mutex_);
  if (after < oldest_) {
    *oldest = oldest_;
    return std::nullopt;
  }
  const auto next = std::upper_bound(ring_.begin(), ring_.end(), after,
                                     [](storage::Revision revision, const CacheEventPtr& event) {
                                       return revision < event->revision();
                                     });
  return first_ + static_cast<Position>(next - ring_.begin());
}

WatchCache::Batch WatchCache::read(Position position, std::size_t limit) const {
  util::MutexLock lock(mutex_);
  Batch batch;
  batch.next = position;
  if (stopped_ || position < first_) {
    batch.ended = true;
    return batch;
  }
  std::size_t index = static_cast<std::size_t>(position - first_);
  while (index < ring_.size() && batch.events.size() < limit) {
    batch.events.push_back(ring_[index++]);
  }
  batch.next = first_ + index;
  batch.revision =
      index == ring_.size() || batch.events.empty() ? revision_ : batch.events.back()->revision();
  return batch;
}

void WatchCache::add_watcher(const http::Waker& waker) {
  if (!waker.target()) return;
  util::MutexLock lock(mutex_);
  Target& target = targets_[waker.target().get()];
  target.target = waker.target();
  target.ids.push_back(waker.id());
}

void WatchCache::remove_watcher(const http::Waker& waker) {
  util::MutexLock lock(mutex_);
  const auto found = targets_.find(waker.target().get());
  if (found == targets_.end()) return;
  std::erase(found->second.ids, waker.id());
  if (found->second.ids.empty()) targets_.erase(found);
}

std::size_t WatchCache::watchers() const {
  util::MutexLock lock(mutex_);
  std::size_t count = 0;
  for (const auto& entry : targets_) count += entry.second.ids.size();
  return count;
}

void WatchCache::trim() {
  const util::TimePoint now = clock_.now();
  while (ring_.size() > options_.min_events &&
         (ring_.size() > options_.max_events || now - ring_.front()->seen() > options_.window)) {
    oldest_ = ring_.front()->revision();
    ring_.pop_front();
    ++first_;
  }
}

storage::Revision WatchCache::last_change() const {
  return ring_.empty() ? oldest_ : ring_.back()->revision();
}

std::vector<WatchCache::Target> WatchCache::targets() const {
  std::vector<Target> all;
  all.reserve(targets_.size());
  for (const auto& entry : targets_) all.push_back(entry.second);
  return all;
}

void WatchCache::wake(const std::vector<Target>& targets) {
  for (const Target& target : targets) target.target->wake(target.ids);
}

}  // namespace annex::registry
