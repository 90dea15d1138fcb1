// What a resource must be like to be served, checked once at start.
#pragma once

#include "annex/registry/resource.h"
#include "annex/util/result.h"

namespace annex::registry {

/// kInvalid with a sentence that names the resource and, where it is about one, the type and field.
Result<void> check_resource(const Resource& resource);

/// The error of a resource that cannot be served: `why` goes on from its name.
Error unusable(const Resource& resource, const std::string& why);

}  // namespace annex::registry
