// OpenAPI documents as protocol buffers, as gnostic's schemas (openapi.v2 and openapi.v3) have
// them: the only form of v2 for which kubectl up to 1.29 asks.
#pragma once

#include "meta/proto_message.h"

namespace annex::discovery {

/// The documents that openapi_v2_document and openapi_v3_document make. What those never write
/// (file uploads, OAuth flows, links, callbacks, examples of responses) is left out.
extern const meta::ProtoMessage kOpenApiV2Proto;
extern const meta::ProtoMessage kOpenApiV3Proto;

// Parts that both versions have.
inline std::size_t choose_by_reference(const json::Value& value) {
  return value.find("$ref") == nullptr ? 0 : 1;
}
inline std::size_t choose_by_flag(const json::Value& value) { return value.is_bool() ? 1 : 0; }

/// Any value, as text in a field that is called `yaml`; JSON is YAML, too.
inline constexpr meta::ProtoField kAnyFields[] = {{{}, 2, meta::ProtoForm::kJson}};
inline constexpr meta::ProtoMessage kAny{.fields = kAnyFields, .choose = meta::choose_first};
/// The extensions of a message, by the number of its field for them.
constexpr meta::ProtoField extensions_at(int number) {
  return {{}, number, meta::ProtoForm::kMessage, {}, &kAny};
}

}  // namespace annex::discovery
