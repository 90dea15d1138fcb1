// Gatekeeper: who calls, as whom, and may they.
#pragma once

#include <optional>
#include <vector>

#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/auth/impersonation.h"
#include "annex/http/request.h"
#include "annex/request/context.h"
#include "annex/server/options.h"
#include "annex/util/clock.h"
#include "annex/util/logger.h"
#include "annex/util/result.h"
#include "server/gate_metrics.h"

namespace annex::detail {

/// Asks the authenticators and authorizers. Owned by the pipeline; any thread.
class Gatekeeper {
 public:
  Gatekeeper(auth::AuthenticatorPtr authenticator, auth::AuthorizerPtr authorizer,
             Environment environment, GateMetrics metrics)
      : authenticator_(std::move(authenticator)),
        authorizer_(std::move(authorizer)),
        clock_(environment.clock),
        logger_(environment.logger),
        metrics_(metrics) {}

  /// How far one request has come. One thread at a time.
  struct Visit {
    bool anonymous = true;  ///< nobody known made the request, whoever they want to be
    bool identified = false;
    bool impersonation_read = false;
    std::optional<auth::Impersonation> impersonation{};
    std::size_t checked = 0;  ///< of the impersonation's checks
  };

  /// Fills the context's user and removes credentials from the request. Without a result an answer
  /// must be waited for: call again, on a thread that may, with `may_wait`. Unauthorized,
  /// Forbidden, BadRequest, or InternalError where no decision could be had.
  std::optional<Result<void>> admit(Visit& visit, http::Request& request, request::Context& context,
                                    util::TimePoint deadline, bool may_wait) const;

 private:
  std::optional<Result<void>> identify(Visit& visit, http::Request& request,
                                       request::Context& context, bool may_wait) const;
  std::optional<Result<void>> impersonate(Visit& visit, http::Request& request,
                                          request::Context& context, util::TimePoint deadline,
                                          bool may_wait) const;
  std::optional<auth::Decision> decide(const auth::Attributes& attributes, bool may_wait) const;

  const auth::AuthenticatorPtr authenticator_;
  const auth::AuthorizerPtr authorizer_;
  const util::Clock& clock_;
  util::Logger& logger_;
  const GateMetrics metrics_;
};

}  // namespace annex::detail
