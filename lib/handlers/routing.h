// Which resource and verb a path and method name, before anything else is looked at.
#pragma once

#include "annex/registry/resource.h"
#include "annex/request/request_info.h"
#include "annex/util/result.h"

namespace annex::handlers {

enum class Verb { kCreate, kGet, kList, kWatch, kUpdate, kPatch, kRemove, kRemoveCollection };

struct Route {
  const registry::Resource* resource = nullptr;
  const registry::Version* version = nullptr;
  Verb verb = Verb::kGet;
  /// What answers instead of a verb of this layer's; null: nothing does.
  const registry::Subresource* part = nullptr;
};

/// The generic 404 for an unknown version, resource or subresource, 405 for a method that the path
/// has not.
Result<Route> find_route(const registry::Registry& registry, const request::RequestInfo& info,
                         const std::string& method);

}  // namespace annex::handlers
