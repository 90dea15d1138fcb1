// A bounded memory of answers that are true for a while.
#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "annex/util/clock.h"
#include "annex/util/mutex.h"

namespace annex::auth {

/// Forgets what is older than it was kept for, and the least recently used when full. Any thread.
template <typename T>
class ExpiringCache {
 public:
  ExpiringCache(std::size_t capacity, const util::Clock& clock)
      : capacity_(capacity), clock_(clock) {}

  std::optional<T> find(const std::string& key) {
    const util::TimePoint now = clock_.now();
    const util::MutexLock lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return std::nullopt;
    if (now >= found->second->until) {
      const auto entry = found->second;
      index_.erase(found);
      entries_.erase(entry);
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  /// A time to live of zero keeps nothing.
  void keep(const std::string& key, T value, util::Duration time_to_live) {
    if (time_to_live <= util::Duration::zero()) return;
    const util::TimePoint until = clock_.now() + time_to_live;
    const util::MutexLock lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) {
      found->second->value = std::move(value);
      found->second->until = until;
      entries_.splice(entries_.begin(), entries_, found->second);
      return;
    }
    if (entries_.size() >= capacity_) {
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front(Entry{key, std::move(value), until});
    index_.emplace(entries_.front().key, entries_.begin());
  }

 private:
  struct Entry {
    std::string key;
    T value;
    util::TimePoint until;
  };

  const std::size_t capacity_;
  const util::Clock& clock_;
  util::Mutex mutex_;
  std::list<Entry> entries_ ANNEX_GUARDED_BY(mutex_);
  /// The keys are those of the entries, whose addresses do not change.
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_
      ANNEX_GUARDED_BY(mutex_);
};

/// The same in parts, so that threads seldom meet at one lock. Keys are evenly distributed digests.
template <typename T>
class StripedCache {
 public:
  StripedCache(std::size_t capacity, const util::Clock& clock) {
    for (std::size_t i = 0; i < kStripes; ++i) {
      stripes_.push_back(
          std::make_unique<ExpiringCache<T>>(std::max<std::size_t>(1, capacity / kStripes), clock));
    }
  }

  std::optional<T> find(const std::string& digest) { return stripe(digest).find(digest); }
  void keep(const std::string& digest, T value, util::Duration time_to_live) {
    stripe(digest).keep(digest, std::move(value), time_to_live);
  }

 private:
  static constexpr std::size_t kStripes = 32;

  ExpiringCache<T>& stripe(const std::string& digest) {
    const std::size_t byte = digest.empty() ? 0 : static_cast<unsigned char>(digest.front());
    return *stripes_[byte % kStripes];
  }

  std::vector<std::unique_ptr<ExpiringCache<T>>> stripes_;
};

}  // namespace annex::auth
