// Kubernetes' protobuf form of meta kinds: an envelope that begins with "k8s" and a zero byte
// (apimachinery pkg/runtime/serializer/protobuf). Users' kinds do not have it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "annex/json/value.h"
#include "annex/util/result.h"

namespace annex::meta {

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

/// An object with its kind and apiVersion, in its envelope; nothing if the kind has no such form.
std::optional<std::string> to_protobuf(const json::Value& object);

/// One event of a watch, behind its length in four bytes; nothing as above.
std::optional<std::string> to_protobuf_event(std::string_view type, const json::Value& object);

/// The options of a deletion, kind and apiVersion included. BadRequest; the text may be anything.
Result<json::Value> delete_options_from_protobuf(std::string_view text);

}  // namespace annex::meta
