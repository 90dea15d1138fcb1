// Authenticators: who is calling?
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  /// False promises an answer from memory: then identities are established on the IO threads.
  virtual bool may_block() const { return true; }
};

using AuthenticatorPtr = std::shared_ptr<Authenticator>;

/// Tries each in turn: the first success wins, errors are gathered and count only if nobody
/// succeeds. Adds the group `system:authenticated` to whoever is found.
AuthenticatorPtr make_union(std::vector<AuthenticatorPtr> members);

/// Client certificates: CN is the name, every O a group. Verified certificates are remembered by
/// their chain for a minute. `clock` must outlive it.
AuthenticatorPtr make_client_certificates(tls::CaPool roots, const util::Clock& clock);

/// Bearer tokens that are known beforehand; compared in a time that tells nothing about them.
AuthenticatorPtr make_static_tokens(std::vector<std::pair<std::string, request::UserInfo>> tokens);

/// `system:anonymous` in `system:unauthenticated`: a request without any credentials.
request::UserInfo anonymous_user();

/// True if `user` is in `group`.
bool in_group(const request::UserInfo& user, std::string_view group);

/// The token of `Authorization: Bearer <token>`; nothing if there is none.
std::optional<std::string_view> bearer_token(const http::Request& request);

}  // namespace annex::auth
