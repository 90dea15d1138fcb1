// Authenticators: who is calling?
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/auth/trust.h"
#include "annex/http/request.h"
#include "annex/request/user.h"
#include "annex/tls/certificate.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::auth {

/// Reads one kind of credentials. Owned by the server, called from any thread.
class Authenticator {
 public:
  Authenticator() = default;
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;
  virtual ~Authenticator() = default;

  /// The caller; nothing if the request has no credentials of this kind. Unauthorized, with a cause
  /// for the log only, if it has some and they are not good.
  virtual Result<std::optional<request::UserInfo>> authenticate(const http::Request& request) = 0;
  /// False promises that authenticate() waits for nothing: then it is called on the IO threads.
  virtual bool may_block() const { return true; }
  /// What authenticate() would answer, if that is known without waiting. Called on the IO threads;
  /// without an answer authenticate() is called on a thread for reviews.
  virtual std::optional<Result<std::optional<request::UserInfo>>> from_memory(
      const http::Request& request) {
    if (may_block()) return std::nullopt;
    return authenticate(request);
  }
  /// Removes what no handler is to see of credentials of this kind. Called once the caller is
  /// known, whoever knew. Authorization and the standard X-Remote-* headers are removed without it.
  virtual void remove_credentials(http::Headers& headers) const { (void)headers; }
};

using AuthenticatorPtr = std::shared_ptr<Authenticator>;

/// Tries each in turn: the first success wins, errors are gathered and count only if nobody
/// succeeds. Adds the group `system:authenticated` to whoever is found.
AuthenticatorPtr make_union(std::vector<AuthenticatorPtr> members);

/// Client certificates: CN is the name, every O a group. Verified chains are remembered for a
/// minute by the chain and the trust's generation. `clock` must outlive it.
AuthenticatorPtr make_client_certificates(TrustSourcePtr trust, const util::Clock& clock);
/// The same for roots that never change.
AuthenticatorPtr make_client_certificates(tls::CaPool roots, const util::Clock& clock);

/// A front proxy, such as kube-apiserver's aggregator, that proves itself by its certificate and
/// tells the caller's identity in headers. `clock` must outlive it.
AuthenticatorPtr make_front_proxy(TrustSourcePtr trust, const util::Clock& clock);

/// Bearer tokens that are known beforehand; compared in a time that tells nothing about them.
AuthenticatorPtr make_static_tokens(std::vector<std::pair<std::string, request::UserInfo>> tokens);

/// `system:anonymous` in `system:unauthenticated`: a request without any credentials.
request::UserInfo anonymous_user();

/// True if `user` is in `group`.
bool in_group(const request::UserInfo& user, std::string_view group);

/// The token of `Authorization: Bearer <token>`; nothing if there is none.
std::optional<std::string_view> bearer_token(const http::Request& request);

/// Removes Authorization and the standard X-Remote-* headers, in any spelling.
void remove_identity_headers(http::Headers& headers);

}  // namespace annex::auth
