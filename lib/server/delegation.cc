#include "server/delegation.h"

#include <utility>

#include "annex/auth/reviews.h"
#include "server/counted_client.h"

namespace annex::detail {

std::vector<auth::AuthenticatorPtr> RunningDelegation::authenticators() {
  std::vector<auth::AuthenticatorPtr> all;
  if (delegation_.trust) {
    all.push_back(auth::make_front_proxy(delegation_.trust, environment_.clock));
    all.push_back(auth::make_client_certificates(delegation_.trust, environment_.clock));
  }
  if (delegation_.authentication) {
    all.push_back(auth::make_token_reviews(
        reviewer(delegation_.authentication, "apiserver_delegated_authn_request"),
        delegation_.tokens));
  }
  return all;
}

std::vector<auth::AuthorizerPtr> RunningDelegation::authorizers() {
  if (!delegation_.authorization) return {};
  return {auth::make_access_reviews(
      reviewer(delegation_.authorization, "apiserver_delegated_authz_request"),
      delegation_.access)};
}

auth::Reviewer RunningDelegation::reviewer(const std::shared_ptr<kube::Client>& client,
                                           const char* metric) {
  return {count_calls(client, metric, metrics_, environment_.clock),
          environment_.clock,
          environment_.random,
          environment_.logger,
          [this](util::TimePoint until) { return sleep(until); },
          {}};
}

bool RunningDelegation::sleep(util::TimePoint until) {
  const util::MutexLock lock(mutex_);
  while (!stopped_) {
    const util::TimePoint now = environment_.clock.now();
    if (now >= until) return true;
    wake_.wait_for(mutex_, until - now);
  }
  return false;
}

void RunningDelegation::stop() {
  {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
  }
  if (delegation_.authentication) delegation_.authentication->stop();
  if (delegation_.authorization) delegation_.authorization->stop();
}

}  // namespace annex::detail
