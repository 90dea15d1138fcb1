// What is counted of authentication and authorization, under upstream's names and labels.
#pragma once

#include <array>
#include <string>

#include "annex/server/metrics.h"
#include "annex/util/clock.h"

namespace annex::detail {

/// Owned by the gatekeeper; any thread. A default one counts nothing.
class GateMetrics {
 public:
  enum class Authentication { kSuccess, kFailure, kError };
  enum class Authorization { kAllowed, kDenied, kNoOpinion, kError };

  GateMetrics() = default;
  explicit GateMetrics(Metrics& metrics);

  void authenticated(Authentication result, util::Duration took) const;
  /// Somebody has been let in under that name, of which only a few are told apart.
  void used(const std::string& name) const;
  void authorized(Authorization result, util::Duration took) const;

 private:
  struct Outcome {
    Metrics::Counter attempts{};
    Metrics::Histogram seconds{};
  };
  std::array<Outcome, 3> authentications_{};
  std::array<Outcome, 4> authorizations_{};
  Metrics::Counter named_by_mail_{};
  Metrics::Counter named_otherwise_{};
};

}  // namespace annex::detail
