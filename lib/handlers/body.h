// Reading a request's body as a document, and as an object of the kind that is expected.
#pragma once

#include <string>
#include <vector>

#include "annex/http/request.h"
#include "annex/json/read.h"
#include "annex/util/result.h"
#include "handlers/exchange.h"
#include "handlers/options.h"

namespace annex::handlers {

/// True for YAML, false for JSON, by Content-Type. kUnsupportedMediaType.
Result<bool> body_is_yaml(const http::Request& request);

/// True for Kubernetes' protobuf, which only read_delete_options understands.
bool body_is_protobuf(const http::Request& request);

/// The body as JSON or YAML. kUnsupportedMediaType, BadRequest with the reader's own text.
Result<json::Document> read_body(const http::Request& request);

/// RequestEntityTooLarge above the limit.
Result<void> check_body_size(const http::Request& request, std::size_t limit);

/// The object in the body, in the hub form. Unknown and duplicate members are warned of, refused or
/// dropped as the options say.
Result<json::Value> read_object(Exchange& exchange, FieldValidation validation);

/// `unknown field "a", duplicate field "b"`, quoted by name.
std::vector<std::string> strict_problems(const std::vector<std::string>& unknown,
                                         const std::vector<std::string>& duplicates);
std::string join(const std::vector<std::string>& texts, std::string_view separator);

/// The namespace and name in the object against those of the URL; fills in the namespace.
Result<void> match_namespace(const Exchange& exchange, json::Value& object);
Result<void> match_name(const Exchange& exchange, const json::Value& object);

/// Takes metadata.selfLink away, which old clients still send and nobody keeps.
void drop_self_link(json::Value& object);

}  // namespace annex::handlers
