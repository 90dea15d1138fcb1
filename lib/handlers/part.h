// Subresources that the program answers itself.
#pragma once

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/registry/backend.h"
#include "annex/registry/subresource.h"
#include "annex/request/context.h"
#include "annex/util/result.h"

namespace annex::handlers {

/// NotFound if the object is not there; else what the program says. An upgrade is spoken over
/// WebSocket: BadRequest for a client that asks for none.
Result<http::Response> serve_part(const registry::Subresource& part, registry::Backend& backend,
                                  const request::Context& context, const http::Request& request);

}  // namespace annex::handlers
