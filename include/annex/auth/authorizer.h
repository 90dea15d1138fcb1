// Authorizers: may they?
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annex/request/request_info.h"
#include "annex/request/user.h"
#include "annex/util/clock.h"
#include "annex/util/error.h"
#include "annex/util/result.h"

namespace annex::auth {

/// What a decision is about. Refers to its request; lives no longer.
struct Attributes {
  const request::UserInfo& user;                      ///< who asks
  const request::RequestInfo& info;                   ///< for what
  util::TimePoint deadline = util::TimePoint::max();  ///< when nobody waits for the answer any more
};

enum class Verdict { kAllow, kDeny, kNoOpinion };

/// What an authorizer says of a request.
struct Decision {
  Verdict verdict = Verdict::kNoOpinion;  ///< whether it is allowed
  std::string reason{};                   ///< shown to whoever is refused
  std::string error{};  ///< why no decision could be made; a 500 if nobody else allows
};

/// Decides about requests. Owned by the server, called from any thread.
class Authorizer {
 public:
  Authorizer() = default;
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;
  virtual ~Authorizer() = default;

  /// May wait for a call; called from many threads at once.
  virtual Decision authorize(const Attributes& attributes) = 0;
  /// False promises that authorize() waits for nothing: then it is called on the IO threads.
  virtual bool may_block() const { return true; }
  /// What authorize() would answer, if that is known without waiting. Called on the IO threads;
  /// without an answer authorize() is called on a thread for reviews.
  virtual std::optional<Decision> from_memory(const Attributes& attributes) {
    if (may_block()) return std::nullopt;
    return authorize(attributes);
  }
};

using AuthorizerPtr = std::shared_ptr<Authorizer>;

/// Asks each in turn: the first Allow or Deny ends the walk; reasons and errors are gathered.
AuthorizerPtr make_union(std::vector<AuthorizerPtr> members);
/// Allows all requests of members of these groups.
AuthorizerPtr make_privileged_groups(std::vector<std::string> groups);
/// Allows requests for these paths that are no resource, with any verb; a trailing `*` makes a
/// prefix. BadRequest: a `*` elsewhere.
Result<AuthorizerPtr> make_allowed_paths(const std::vector<std::string>& paths);

/// The 403 of a refused request, in upstream's words.
Error forbidden(const Attributes& attributes, const std::string& reason);

}  // namespace annex::auth
