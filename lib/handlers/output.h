// From compact JSON to a response: pretty, YAML or protobuf, compressed, with its headers.
#pragma once

#include <functional>
#include <memory>

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
/// A response of status 200 whose text is in its final form.
http::Response text_response(const http::Request& request, request::Media media, util::Chunks text);
/// The same made while it is sent; `make` is told whether it is to be packed. Requires: the body is
/// large.
http::Response stream_response(const http::Request& request, request::Media media,
                               const std::function<std::unique_ptr<http::BodySource>(bool)>& make);

}  // namespace annex::handlers
