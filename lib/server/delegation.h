// The running half of a Delegation.
#pragma once

#include <memory>

#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/server/metrics.h"
#include "annex/server/options.h"
#include "annex/util/mutex.h"

namespace annex::detail {

/// Makes the delegated authenticators and authorizer, and ends their calls when the server stops.
/// Owned by the running server; outlives its pipeline. Any thread.
class RunningDelegation {
 public:
  RunningDelegation(Delegation delegation, Environment environment, Metrics& metrics)
      : delegation_(std::move(delegation)), environment_(environment), metrics_(metrics) {}

  /// Front proxy, client certificate, bearer token: in upstream's order.
  std::vector<auth::AuthenticatorPtr> authenticators();
  /// None if access reviews are not made.
  std::vector<auth::AuthorizerPtr> authorizers();
  /// Ends running calls and the waits between them; later calls fail at once.
  void stop();

 private:
  /// `metric` is what its calls are counted as.
  auth::Reviewer reviewer(const std::shared_ptr<kube::Client>& client, const char* metric);
  bool sleep(util::TimePoint until);

  const Delegation delegation_;
  const Environment environment_;
  Metrics& metrics_;
  util::Mutex mutex_;
  util::CondVar wake_;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
};

}  // namespace annex::detail
