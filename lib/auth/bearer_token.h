// Bearer tokens as requests carry them.
#pragma once

#include <optional>
#include <string>

#include "annex/http/request.h"
#include "annex/util/result.h"

namespace annex::auth {

/// The token among a WebSocket's sub-protocols, for browsers, which cannot set other headers;
/// nothing if there is none. Unauthorized, with upstream's cause, if it is badly formed.
Result<std::optional<std::string>> websocket_token(const http::Request& request);
/// Removes the token's sub-protocol and keeps the others.
void remove_websocket_token(http::Headers& headers);

}  // namespace annex::auth
