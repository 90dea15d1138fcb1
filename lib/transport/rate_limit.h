// So many at once, and so many a second after that.
#pragma once

#include <algorithm>
#include <cstdint>

#include "annex/transport/listener.h"
#include "annex/util/clock.h"

namespace annex::transport {

/// A bucket of allowances that fills with time, which it is told. A value, not synchronised.
class RateLimit {
 public:
  RateLimit(const Rate& rate, util::TimePoint now) : rate_(rate), left_(rate.burst), since_(now) {}

  /// False if nothing is left.
  bool spend(util::TimePoint now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - since_).count();
    if (seconds > 0) {
      since_ += std::chrono::seconds(seconds);
      earn(static_cast<std::uint64_t>(seconds) * rate_.each_second);
    }
    if (left_ == 0) return false;
    --left_;
    return true;
  }
  /// Adds allowances, up to the burst.
  void earn(std::uint64_t count) { left_ = std::min(left_ + count, rate_.burst); }

 private:
  Rate rate_;
  std::uint64_t left_;
  util::TimePoint since_;
};

}  // namespace annex::transport
