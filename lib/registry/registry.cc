#include <algorithm>

#include "annex/registry/resource.h"
#include "registry/check_resource.h"
#include "util/concat.h"

namespace annex::registry {
const Version* Resource::find_version(std::string_view name) const {
  for (const Version& version : versions) {
    if (version.name == name) return &version;
  }
  return nullptr;
}

const Version& Resource::storage() const {
  const Version* version = storage_version.empty() ? nullptr : find_version(storage_version);
  return version != nullptr ? *version : versions.front();
}

std::string Resource::api_version(const Version& version) const {
  return group.empty() ? version.name : util::concat({group, "/", version.name});
}

std::string Resource::group_resource() const {
  return group.empty() ? plural : plural + "." + group;
}

std::string Resource::group_kind() const { return group.empty() ? kind : kind + "." + group; }

std::vector<std::string> Resource::verbs() const {
  if (source) return {"get", "list", "watch"};
  if (answer) return {"create"};
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

std::vector<std::string> Resource::subresources() const {
  std::vector<std::string> names;
  if (strategy.scale) names.emplace_back("scale");
  if (strategy.status_subresource) names.emplace_back("status");
  for (const Subresource& part : parts) names.push_back(part.name);
  return names;
}

const Subresource* Resource::find_part(std::string_view name) const {
  for (const Subresource& part : parts) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

std::vector<std::string> Resource::subresource_verbs(std::string_view subresource) const {
  if (const Subresource* part = find_part(subresource)) return part->verbs;
  const bool on = subresource == "status"  ? strategy.status_subresource
                  : subresource == "scale" ? strategy.scale.has_value()
                                           : false;
  if (!on) return {};
  return {"get", "patch", "update"};
}

Result<void> Registry::add(Resource resource) {
  if (auto checked = check_resource(resource); !checked) return checked;
  for (const auto& other : resources_) {
    if (other->group == resource.group && other->plural == resource.plural) {
      return unusable(resource, "is there already");
    }
  }
  auto group = std::find_if(groups_.begin(), groups_.end(),
                            [&](const Group& known) { return known.name == resource.group; });
  if (group == groups_.end()) {
    groups_.push_back({resource.group, {}});
    group = groups_.end() - 1;
  }
  for (const Version& version : resource.versions) {
    auto& names = group->versions;
    if (version.served && std::find(names.begin(), names.end(), version.name) == names.end()) {
      names.push_back(version.name);
    }
  }
  resources_.push_back(std::make_unique<const Resource>(std::move(resource)));
  return {};
}

void Registry::prefer(std::string_view group, std::vector<std::string> versions) {
  for (Group& known : groups_) {
    if (known.name != group) continue;
    for (const std::string& name : known.versions) {
      if (std::find(versions.begin(), versions.end(), name) == versions.end()) {
        versions.push_back(name);
      }
    }
    known.versions = std::move(versions);
    return;
  }
}

const Group* Registry::find_group(std::string_view group) const {
  for (const Group& known : groups_) {
    if (known.name == group) return &known;
  }
  return nullptr;
}

const Resource* Registry::find(std::string_view group, std::string_view version,
                               std::string_view plural) const {
  for (const auto& resource : resources_) {
    if (resource->group != group || resource->plural != plural) continue;
    const Version* found = resource->find_version(version);
    return found != nullptr && found->served ? resource.get() : nullptr;
  }
  return nullptr;
}

}  // namespace annex::registry
