#include "sqlite/page_counts.h"

namespace annex::sqlite {
namespace {

constexpr std::size_t kKept = 64;

}  // namespace

std::optional<std::size_t> PageCounts::find(const Place& place) const {
  util::MutexLock lock(mutex_);
  for (const Known& known : known_) {
    if (known.place == place) return known.following;
  }
  return std::nullopt;
}

void PageCounts::keep(Place place, std::size_t following) {
  util::MutexLock lock(mutex_);
  if (known_.size() == kKept) known_.pop_front();
  known_.push_back({std::move(place), following});
}

}  // namespace annex::sqlite
