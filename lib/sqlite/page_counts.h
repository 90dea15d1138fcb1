// How many entries follow the pages that were read last.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "annex/storage/store.h"
#include "annex/util/mutex.h"

namespace annex::sqlite {

/// A list in pages asks again and again how many entries follow. The state at a revision does not
/// change, so the next page knows it from the last one and need not count: a list of n pages counts
/// once. Bounded; any thread.
class PageCounts {
 public:
  struct Place {
    std::string prefix{};
    storage::Revision at{};
    std::string after{};
    bool operator==(const Place&) const = default;
  };

  /// How many entries follow this place, if that is known.
  std::optional<std::size_t> find(const Place& place) const;
  void keep(Place place, std::size_t following);

 private:
  struct Known {
    Place place;
    std::size_t following;
  };
  mutable util::Mutex mutex_;
  std::deque<Known> known_ ANNEX_GUARDED_BY(mutex_);  // the newest last
};

}  // namespace annex::sqlite
