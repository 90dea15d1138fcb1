#include "annex/server/served.h"

#include "annex/registry/resource.h"
#include "annex/server/server.h"
#include "server/assembly.h"

namespace annex {

Result<std::vector<ServedGroup>> Server::served() const {
  registry::Registry registry;
  if (const Result<void> filled = detail::fill_registry(*draft_, registry); !filled) {
    return filled.error();
  }
  std::vector<ServedGroup> groups;
  for (const registry::Group& group : registry.groups()) {
    ServedGroup& served = groups.emplace_back();
    served.name = group.name;
    served.versions = group.versions;
    for (const auto& resource : registry.resources()) {
      if (resource->group != group.name) continue;
      ServedResource item{resource->plural,  resource->kind,          resource->namespaced(), {},
                          resource->verbs(), resource->subresources()};
      for (const std::string& version : group.versions) {
        if (registry.find(group.name, version, resource->plural) != nullptr) {
          item.versions.push_back(version);
        }
      }
      served.resources.push_back(std::move(item));
    }
  }
  return groups;
}

std::vector<StoreKind> Server::stores() const { return detail::known_stores(*draft_); }

}  // namespace annex
