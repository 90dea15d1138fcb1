#include "transport/census.h"

#include <algorithm>
#include <utility>

namespace annex::transport {

Census::Place::Place(Place&& other) noexcept
    : census_(std::exchange(other.census_, nullptr)), address_(std::move(other.address_)) {}

Census::Place& Census::Place::operator=(Place&& other) noexcept {
  std::swap(census_, other.census_);
  std::swap(address_, other.address_);
  return *this;
}

Census::Place::~Place() {
  if (census_ != nullptr) census_->leave(address_);
}

Census::Place Census::admit(const std::string& address) {
  const util::MutexLock lock(mutex_);
  if (count_ >= in_all_) return {};
  if (of_one_address_ == 0) {
    ++count_;
    return Place(this, {});
  }
  std::size_t& here = addresses_[address];
  if (here >= of_one_address_) return {};
  ++here;
  ++count_;
  return Place(this, address);
}

void Census::leave(const std::string& address) {
  const util::MutexLock lock(mutex_);
  --count_;
  if (const auto found = addresses_.find(address);
      found != addresses_.end() && --found->second == 0) {
    addresses_.erase(found);
  }
  if (count_ == 0) changed_.notify_all();
}

std::size_t Census::count() const {
  const util::MutexLock lock(mutex_);
  return count_;
}

bool Census::wait_until_empty(util::Clock& clock, util::TimePoint until) {
  const auto jumps = clock.on_jump([this] {
    const util::MutexLock lock(mutex_);
    changed_.notify_all();
  });
  const util::MutexLock lock(mutex_);
  while (count_ > 0) {
    const util::TimePoint now = clock.now();
    if (now >= until) return false;
    changed_.wait_for(mutex_, std::min<util::Duration>(until - now, std::chrono::hours(1)));
  }
  return true;
}

}  // namespace annex::transport
