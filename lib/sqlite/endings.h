// Which values end, and when.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "annex/storage/store.h"
#include "annex/util/clock.h"

namespace annex::sqlite {

/// Not synchronised: the store guards it. A value that was replaced since is passed over by the
/// guard of its deletion.
class Endings {
 public:
  void add(std::string key, storage::Revision revision, util::TimePoint end) {
    ends_.emplace(end, std::make_pair(std::move(key), revision));
  }
  std::optional<util::TimePoint> next() const {
    if (ends_.empty()) return std::nullopt;
    return ends_.begin()->first;
  }
  /// The deletion of a value whose time is up; nothing if there is none.
  std::optional<storage::Commit> take(util::TimePoint now) {
    if (ends_.empty() || ends_.begin()->first > now) return std::nullopt;
    auto [key, revision] = std::move(ends_.begin()->second);
    ends_.erase(ends_.begin());
    return storage::Commit{std::move(key), std::nullopt, storage::Guard::at(revision), {}};
  }

 private:
  std::multimap<util::TimePoint, std::pair<std::string, storage::Revision>> ends_;
};

}  // namespace annex::sqlite
