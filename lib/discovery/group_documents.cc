#include "group_documents.h"

#include <algorithm>

#include "annex/schema/formats.h"
#include "annex/tls/digest.h"

namespace annex::discovery {
namespace {

json::Array texts(const std::vector<std::string>& from) {
  json::Array array;
  for (const std::string& text : from) array.emplace_back(text);
  return array;
}

json::Object version_entry(const std::string& group, const std::string& version) {
  return {{"groupVersion", group + "/" + version}, {"version", version}};
}

/// Changes when the stored form does, so that a migrator knows.
std::string storage_version_hash(const registry::Resource& resource) {
  const std::string digest =
      tls::sha256(resource.group + "/" + resource.storage().name + "/" + resource.kind);
  return schema::write_base64(digest.substr(0, 8));
}

/// The resources that a version serves, by name as upstream sorts them.
std::vector<const registry::Resource*> served(const registry::Registry& registry,
                                              const std::string& group,
                                              const std::string& version) {
  std::vector<const registry::Resource*> found;
  for (const auto& resource : registry.resources()) {
    if (resource->group != group) continue;
    const registry::Version* candidate = resource->find_version(version);
    if (candidate != nullptr && candidate->served) found.push_back(resource.get());
  }
  std::sort(found.begin(), found.end(),
            [](const auto* a, const auto* b) { return a->plural < b->plural; });
  return found;
}

json::Object kind_reference(const registry::Resource& resource, const std::string& version) {
  return {{"group", resource.group}, {"version", version}, {"kind", resource.kind}};
}

/// The kind of a subresource: the resource's own, but for a Scale.
json::Object subresource_kind(const registry::Resource& resource, const std::string& subresource,
                              const std::string& version) {
  if (subresource != "scale") return kind_reference(resource, version);
  return {{"group", "autoscaling"}, {"version", "v1"}, {"kind", "Scale"}};
}

json::Object aggregated_resource(const registry::Resource& resource, const std::string& version) {
  json::Object entry{{"resource", resource.plural},
                     {"responseKind", kind_reference(resource, version)},
                     {"scope", resource.namespaced() ? "Namespaced" : "Cluster"},
                     {"singularResource", resource.singular},
                     {"verbs", texts(resource.verbs())}};
  if (!resource.short_names.empty()) entry.append("shortNames", texts(resource.short_names));
  if (!resource.categories.empty()) entry.append("categories", texts(resource.categories));
  json::Array subresources;
  for (const std::string& name : resource.subresources()) {
    subresources.emplace_back(
        json::Object{{"subresource", name},
                     {"responseKind", subresource_kind(resource, name, version)},
                     {"verbs", texts(resource.subresource_verbs(name))}});
  }
  if (!subresources.empty()) entry.append("subresources", std::move(subresources));
  return entry;
}

}  // namespace

std::vector<std::string> served_versions(const registry::Registry& registry,
                                         const registry::Group& group) {
  std::vector<std::string> versions;
  for (const std::string& version : group.versions) {
    if (!served(registry, group.name, version).empty()) versions.push_back(version);
  }
  return versions;
}

json::Object group_document(const registry::Registry& registry, const registry::Group& group) {
  json::Array versions;
  for (const std::string& version : served_versions(registry, group)) {
    versions.emplace_back(version_entry(group.name, version));
  }
  json::Object document{{"name", group.name}, {"versions", versions}};
  if (!versions.empty()) document.append("preferredVersion", versions.front());
  return document;
}

json::Value group_list(const registry::Registry& registry, const std::string& server_address) {
  json::Array groups;
  for (const registry::Group& group : registry.groups()) {
    json::Object entry = group_document(registry, group);
    if (!server_address.empty()) {
      entry.append("serverAddressByClientCIDRs",
                   json::Array{json::Object{{"clientCIDR", "0.0.0.0/0"},
                                            {"serverAddress", server_address}}});
    }
    groups.emplace_back(std::move(entry));
  }
  return json::Object{
      {"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}};
}

json::Value resource_list(const registry::Registry& registry, const registry::Group& group,
                          const std::string& version) {
  json::Array resources;
  for (const registry::Resource* resource : served(registry, group.name, version)) {
    json::Object entry{{"name", resource->plural},
                       {"singularName", resource->singular},
                       {"namespaced", resource->namespaced()},
                       {"kind", resource->kind},
                       {"verbs", texts(resource->verbs())}};
    if (!resource->short_names.empty()) entry.append("shortNames", texts(resource->short_names));
    if (!resource->categories.empty()) entry.append("categories", texts(resource->categories));
    if (!resource->source && !resource->answer) {
      entry.append("storageVersionHash", storage_version_hash(*resource));
    }
    resources.emplace_back(std::move(entry));
    for (const std::string& name : resource->subresources()) {
      json::Object part{{"name", resource->plural + "/" + name},
                        {"singularName", ""},
                        {"namespaced", resource->namespaced()}};
      const json::Object kind = subresource_kind(*resource, name, version);
      if (name == "scale") {
        part.append("group", *kind.find("group"));
        part.append("version", *kind.find("version"));
      }
      part.append("kind", *kind.find("kind"));
      part.append("verbs", texts(resource->subresource_verbs(name)));
      resources.emplace_back(std::move(part));
    }
  }
  return json::Object{{"kind", "APIResourceList"},
                      {"apiVersion", "v1"},
                      {"groupVersion", group.name + "/" + version},
                      {"resources", std::move(resources)}};
}

json::Value aggregated_list(const registry::Registry& registry, const std::string& form) {
  json::Array items;
  for (const registry::Group& group : registry.groups()) {
    json::Array versions;
    for (const std::string& version : served_versions(registry, group)) {
      json::Array resources;
      for (const registry::Resource* resource : served(registry, group.name, version)) {
        resources.emplace_back(aggregated_resource(*resource, version));
      }
      versions.emplace_back(json::Object{
          {"version", version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
    }
    items.emplace_back(json::Object{{"metadata", json::Object{{"name", group.name}}},
                                    {"versions", std::move(versions)}});
  }
  return json::Object{{"kind", "APIGroupDiscoveryList"},
                      {"apiVersion", "apidiscovery.k8s.io/" + form},
                      {"metadata", json::Object()},
                      {"items", std::move(items)}};
}

}  // namespace annex::discovery
