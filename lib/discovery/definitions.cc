#include "definitions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "annex/json/read.h"
#include "operations.h"

namespace annex::discovery {

// Made from data files by the build.
extern const std::string_view kSharedDefinitionsV2;
extern const std::string_view kSharedDefinitionsV3;

namespace {

constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
constexpr std::string_view kKinds = "x-kubernetes-group-version-kind";

/// The text behind the last slash of each `$ref` in `value`.
void collect_references(const json::Value& value, std::set<std::string>& names) {
  std::vector<const json::Value*> pending{&value};
  while (!pending.empty()) {
    const json::Value* next = pending.back();
    pending.pop_back();
    if (next->is_array()) {
      for (const json::Value& item : next->as_array()) pending.push_back(&item);
    } else if (next->is_object()) {
      for (const json::Member& member : next->as_object()) {
        if (member.name == "$ref" && member.value.is_string()) {
          const std::string& text = member.value.as_string();
          names.insert(text.substr(text.rfind('/') + 1));
        } else {
          pending.push_back(&member.value);
        }
      }
    }
  }
}

bool has_prefix(std::string_view name, std::string_view kind) {
  return name.starts_with(kMeta) && name.substr(kMeta.size()) == kind;
}

json::Value parse_shared(schema::OpenApiVersion version) {
  Result<json::Value> parsed = json::parse(
      version == schema::OpenApiVersion::kV2 ? kSharedDefinitionsV2 : kSharedDefinitionsV3);
  return parsed ? std::move(*parsed) : json::Value();
}

}  // namespace

json::Object kind_entry(std::string_view group, std::string_view version, std::string_view kind) {
  return {{"group", group}, {"kind", kind}, {"version", version}};
}

Definitions::Definitions(const registry::Registry& registry, schema::OpenApiVersion version)
    : registry_(registry), version_(version), shared_(parse_shared(version)) {
  for (const auto& resource : registry.resources()) {
    for (const registry::Version& served : resource->versions) {
      if (served.served) add_roots(*resource, served);
    }
  }
}

json::Object Definitions::reached(const json::Value& document,
                                  const std::vector<GroupVersion>& served) const {
  std::set<std::string> pending;
  collect_references(document, pending);
  std::map<std::string, json::Value> found;
  while (!pending.empty()) {
    const std::string name = *pending.begin();
    pending.erase(pending.begin());
    if (found.count(name) != 0) continue;
    json::Value made = make(name, served);
    std::set<std::string> further;
    collect_references(made, further);
    found.emplace(name, std::move(made));
    for (const std::string& next : further) {
      if (found.count(next) == 0) pending.insert(next);
    }
  }
  json::Object definitions;
  for (auto& [name, schema] : found) definitions.append(name, std::move(schema));
  return definitions;
}

json::Value Definitions::make(const std::string& name,
                              const std::vector<GroupVersion>& served) const {
  const auto root = roots_.find(name);
  if (root != roots_.end()) {
    json::Value schema = root->second.schema;
    schema.as_object().append(std::string(kKinds), root->second.kinds);
    return schema;
  }
  if (const json::Value* shared = shared_.find(name)) {
    // Exactly the released text: the aggregator gives a definition that differs another name.
    json::Value schema = *shared;
    json::Array kinds;
    for (const std::string_view kind :
         {"APIGroup", "APIGroupList", "APIResourceList", "DeleteOptions", "Status", "WatchEvent"}) {
      if (has_prefix(name, kind)) kinds.emplace_back(kind_entry("", "v1", kind));
    }
    if (name == "io.k8s.api.autoscaling.v1.Scale") {
      kinds.emplace_back(kind_entry("autoscaling", "v1", "Scale"));
    }
    for (const std::string_view kind : {"DeleteOptions", "WatchEvent"}) {
      if (!has_prefix(name, kind)) continue;
      for (const GroupVersion& own : served) {
        kinds.emplace_back(kind_entry(own.group, own.version, kind));
      }
    }
    if (!kinds.empty()) schema.as_object().append(std::string(kKinds), std::move(kinds));
    return schema;
  }
  for (const auto& resource : registry_.resources()) {
    if (const auto id = resource->types->find(name)) {
      return schema::openapi_definition(*resource->types, *id, version_);
    }
  }
  return json::Object{{"type", "object"}};
}

void Definitions::add_roots(const registry::Resource& resource, const registry::Version& version) {
  const std::string object = object_ref(resource, version);
  const std::string list = list_ref(resource, version);
  Root& object_root = roots_[object];
  Root& list_root = roots_[list];
  object_root.schema = object_definition(resource, version);
  list_root.schema = list_definition(resource, object);
  auto add = [&](Root& root, const std::string& kind) {
    json::Value entry = kind_entry(resource.group, version.name, kind);
    if (std::find(root.kinds.begin(), root.kinds.end(), entry) == root.kinds.end()) {
      root.kinds.push_back(std::move(entry));
    }
  };
  add(object_root, resource.kind);
  add(list_root, resource.list_kind_or_default());
}

json::Value Definitions::object_definition(const registry::Resource& resource,
                                           const registry::Version& version) const {
  const json::Value described = schema::openapi_definition(*resource.types, version.type, version_);
  json::Object properties{{"apiVersion", type_member("apiVersion")}, {"kind", type_member("kind")}};
  properties.append("metadata", use(std::string(kMeta) + "ObjectMeta",
                                    "Standard object's metadata. More info: "
                                    "https://git.k8s.io/community/contributors/devel/"
                                    "sig-architecture/api-conventions.md#metadata"));
  json::Object made;
  for (const json::Member& member : described.as_object()) {
    if (member.name != "properties") {
      made.append(member.name, member.value);
      continue;
    }
    for (const json::Member& property : member.value.as_object()) {
      if (!properties.contains(property.name)) properties.append(property.name, property.value);
    }
  }
  made.set("type", "object");
  made.set("properties", std::move(properties));
  return made;
}

json::Value Definitions::list_definition(const registry::Resource& resource,
                                         const std::string& object) const {
  return json::Object{
      {"description", resource.list_kind_or_default() + " is a list of " + resource.kind + "."},
      {"type", "object"},
      {"required", json::Array{"items"}},
      {"properties",
       json::Object{{"apiVersion", type_member("apiVersion")},
                    {"items", json::Object{{"description", "The objects."},
                                           {"type", "array"},
                                           {"items", use(object, "")}}},
                    {"kind", type_member("kind")},
                    {"metadata", use(std::string(kMeta) + "ListMeta",
                                     "Standard list metadata. More info: "
                                     "https://git.k8s.io/community/contributors/devel/"
                                     "sig-architecture/api-conventions.md#types-kinds")}}}};
}

json::Object Definitions::use(std::string_view name, std::string_view description) const {
  const bool v2 = version_ == schema::OpenApiVersion::kV2;
  json::Object reference{
      {"$ref", (v2 ? "#/definitions/" : "#/components/schemas/") + std::string(name)}};
  if (description.empty()) return reference;
  if (v2) {
    reference.append("description", description);
    return reference;
  }
  // A reference has no siblings in v3.
  return {{"allOf", json::Array{std::move(reference)}},
          {"default", json::Object()},
          {"description", description}};
}

json::Value Definitions::type_member(std::string_view name) const {
  const json::Value* status = shared_.find(std::string(kMeta) + "Status");
  const json::Value* properties = status != nullptr ? status->find("properties") : nullptr;
  const json::Value* member = properties != nullptr ? properties->find(name) : nullptr;
  return member != nullptr ? *member : json::Value(json::Object{{"type", "string"}});
}

}  // namespace annex::discovery
