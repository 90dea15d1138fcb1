// From compact JSON to a response: pretty, YAML or protobuf, compressed, with its headers.
#pragma once

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/json/value.h"
#include "annex/util/bytes.h"
#include "handlers/negotiation.h"

namespace annex::handlers {

/// A response of `json`, one compact document without a final newline, in the form's media type.
http::Response make_response(const http::Request& request, const Form& form, int status,
                             util::Chunks json);
http::Response make_response(const http::Request& request, const Form& form, int status,
                             const json::Value& value);

}  // namespace annex::handlers
