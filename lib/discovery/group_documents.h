// The group, version and resource lists, legacy and aggregated.
#pragma once

#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/registry/resource.h"

namespace annex::discovery {

/// The versions of a group that have resources, as the author prefers them.
std::vector<std::string> served_versions(const registry::Registry& registry,
                                         const registry::Group& group);
/// `versions` and `preferredVersion` of one group, behind its name.
json::Object group_document(const registry::Registry& registry, const registry::Group& group);
json::Value group_list(const registry::Registry& registry, const std::string& server_address);
json::Value resource_list(const registry::Registry& registry, const registry::Group& group,
                          const std::string& version);
/// `form` is "v2" or "v2beta1".
json::Value aggregated_list(const registry::Registry& registry, const std::string& form);

}  // namespace annex::discovery
