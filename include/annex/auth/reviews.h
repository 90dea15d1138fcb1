// Delegated authentication and authorization: a Kubernetes API is asked who calls and may they.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/kube/client.h"
#include "annex/util/clock.h"
#include "annex/util/logger.h"
#include "annex/util/random.h"

namespace annex::auth {

/// How reviews are made. What is referred to outlives them.
struct Reviewer {
  std::shared_ptr<kube::Client> client{};  ///< of the API that is asked
  util::Clock& clock;                      ///< by which answers grow old
  util::Random& random;                    ///< spreads repetitions
  util::Logger& logger;                    ///< where failures are told
  kube::Sleep sleep{};                     ///< how the waits between attempts are spent
  kube::RetryPolicy retry{};               ///< of calls that failed
};

/// How tokens are reviewed: upstream's flags of the same meaning. Errors are never kept.
struct TokenReviewOptions {
  std::vector<std::string> audiences{};                   ///< of this server; empty: any token's
  util::Duration success_ttl = std::chrono::seconds(10);  ///< how long a known token is believed
  util::Duration failure_ttl = std::chrono::seconds(10);  ///< how long a refusal is
  util::Duration limit = std::chrono::seconds(10);        ///< of all attempts together
  std::size_t capacity = 65536;                           ///< answers that are remembered
};

/// Bearer tokens, of `Authorization` or of a WebSocket's sub-protocol, by TokenReview. Answers are
/// remembered by a keyed digest of the token, failures to get one never. Callers with the same
/// token share one review.
AuthenticatorPtr make_token_reviews(Reviewer reviewer, TokenReviewOptions options);

/// How accesses are reviewed. Errors are never kept.
struct AccessReviewOptions {
  util::Duration allowed_ttl = std::chrono::seconds(10);  ///< how long "yes" is believed
  util::Duration denied_ttl = std::chrono::seconds(10);   ///< how long "no" is
  util::Duration call_limit = std::chrono::seconds(10);   ///< of each attempt
  std::size_t capacity = 8192;                            ///< decisions that are remembered
};

/// Decisions by SubjectAccessReview, remembered by everything that was asked; failures to get one
/// never.
AuthorizerPtr make_access_reviews(Reviewer reviewer, AccessReviewOptions options);

}  // namespace annex::auth
