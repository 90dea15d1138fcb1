// Impersonation: a caller who may asks to be taken for another.
#pragma once

#include <optional>
#include <vector>

#include "annex/http/headers.h"
#include "annex/request/request_info.h"
#include "annex/request/user.h"
#include "annex/util/result.h"

namespace annex::auth {

/// Whom a request wants to be taken for, and what its caller must be allowed for that: all of it,
/// in this order.
struct Impersonation {
  request::UserInfo user{};                    ///< as whom the request goes on
  std::vector<request::RequestInfo> checks{};  ///< all of which must be allowed
};

/// Reads `Impersonate-User`, `-Group`, `-Uid` and `-Extra-<key>`; nothing if there is none.
/// BadRequest: some of them without a user.
Result<std::optional<Impersonation>> read_impersonation(const http::Headers& headers);
/// Removes them all, in any spelling.
void remove_impersonation(http::Headers& headers);

}  // namespace annex::auth
