// The OpenAPI documents: operations and the definitions that they reach.
#pragma once

#include <string>

#include "annex/json/value.h"
#include "annex/registry/resource.h"
#include "definitions.h"

namespace annex::discovery {

struct OpenApiInfo {
  std::string title{};
  std::string version{};
};

/// The whole server's document, Swagger 2.0. `definitions` are those of v2.
json::Value openapi_v2_document(const registry::Registry& registry, const Definitions& definitions,
                                const OpenApiInfo& info);
/// One version's document, OpenAPI 3.0.0. Holds only definitions that it refers to. `definitions`
/// are those of v3.
json::Value openapi_v3_document(const registry::Registry& registry, const Definitions& definitions,
                                const GroupVersion& of, const OpenApiInfo& info);

}  // namespace annex::discovery
