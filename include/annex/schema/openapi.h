// Types as OpenAPI schemas.
#pragma once

#include <vector>

#include "annex/json/value.h"
#include "annex/schema/type.h"

namespace annex::schema {

enum class OpenApiVersion { kV2, kV3 };

/// The schema that stands for `type` where it is used: a reference for a named type.
json::Value openapi_use(const TypeTable& table, TypeId type, OpenApiVersion version);

/// The definition of a type, its named parts referred to. v2 leaves defaults out, as upstream does.
json::Value openapi_definition(const TypeTable& table, TypeId type, OpenApiVersion version);

/// All named types that `root` reaches, itself included, each once, sorted by name.
std::vector<TypeId> reachable_named_types(const TypeTable& table, TypeId root);

}  // namespace annex::schema
