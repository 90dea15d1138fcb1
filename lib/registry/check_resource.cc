#include "registry/check_resource.h"

#include <algorithm>
#include <cctype>

#include "annex/meta/names.h"
#include "registry/scale.h"

namespace annex::registry {
namespace {

using Wrong = std::optional<std::string>;

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

bool is_lower_label(std::string_view text) {
  return meta::check_dns_label(text).empty() && std::isdigit(text.front()) == 0;
}

/// Kinds are labels in which letters may be upper case.
bool is_kind(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return is_lower_label(text);
}

Wrong check_names(const Resource& resource) {
  constexpr const char* kLabel = " is no lower case name such as \"loaves\"";
  if (resource.plural.empty() || resource.kind.empty()) return "has no plural or no kind";
  if (!is_lower_label(resource.plural)) return "has a plural that" + std::string(kLabel);
  if (!resource.group.empty() && !meta::check_dns_subdomain(resource.group).empty()) {
    return "has a group that is no lower case domain name such as \"bakery.example.com\"";
  }
  for (const std::string& kind : {resource.kind, resource.list_kind_or_default()}) {
    if (!is_kind(kind)) return "has a kind " + quoted(kind) + ", which is no name such as \"Loaf\"";
  }
  std::vector<std::string> names = resource.short_names;
  names.insert(names.end(), resource.categories.begin(), resource.categories.end());
  if (!resource.singular.empty()) names.push_back(resource.singular);
  for (const std::string& name : names) {
    if (!is_lower_label(name)) return "has a name " + quoted(name) + ", which" + kLabel;
  }
  return std::nullopt;
}

/// `use` says what the type is for.
Wrong check_type(const Resource& resource, schema::TypeId id, const std::string& use) {
  if (id >= resource.types->size()) return "has no type for " + use;
  const schema::Type& type = resource.types->at(id);
  const std::string about = "has for " + use + " the type " + quoted(type.name) + ", ";
  if (type.kind != schema::Kind::kObject) return about + "which is no object";
  const schema::Property* metadata = type.find("metadata");
  if (metadata == nullptr)
    return about + "which has no field \"metadata\" of annex::meta::ObjectMeta";
  const schema::Type& metadata_type = resource.types->at(metadata->type);
  if (metadata_type.kind != schema::Kind::kObject || metadata_type.find("name") == nullptr) {
    return about + "whose field \"metadata\" is no annex::meta::ObjectMeta";
  }
  for (const char* name : {"kind", "apiVersion"}) {
    if (type.find(name) != nullptr) {
      return about + "whose field " + quoted(name) + " annex writes itself: leave it out";
    }
  }
  return std::nullopt;
}

Wrong check_versions(const Resource& resource) {
  if (!resource.types) return "has no type table";
  if (resource.versions.empty()) return "has no version";
  if (!resource.storage_version.empty() &&
      resource.find_version(resource.storage_version) == nullptr) {
    return "has no version " + quoted(resource.storage_version) + " to store";
  }
  bool served = false;
  for (const Version& version : resource.versions) {
    const std::string use = "version " + quoted(version.name);
    if (!is_lower_label(version.name)) return "has " + use + ", which is no name such as \"v1\"";
    if (resource.find_version(version.name) != &version) return "has " + use + " twice";
    if (Wrong wrong = check_type(resource, version.type, use)) return wrong;
    served = served || version.served;
  }
  if (!served) return "has no version that is served";
  return check_type(resource, resource.hub_type, "its hub");
}

Wrong check_columns(const Strategy& strategy) {
  if (!strategy.columns.empty() && !strategy.cells) {
    return "has columns but no function for their cells";
  }
  for (const Column& column : strategy.columns) {
    const std::string about = "has a column " + quoted(column.name) + " ";
    if (column.name.empty()) return "has a column without a name";
    if (column.priority < 0) return about + "of negative priority";
    constexpr std::string_view kTypes[] = {"integer", "number", "string", "boolean", "date"};
    if (std::find(std::begin(kTypes), std::end(kTypes), column.type) == std::end(kTypes)) {
      return about + "of type " + quoted(column.type) +
             ", which is none of integer, number, string, boolean and date";
    }
  }
  return std::nullopt;
}

Wrong check_selectable(const Strategy& strategy) {
  std::vector<std::string> known = {"metadata.name", "metadata.namespace"};
  for (const SelectableField& field : strategy.selectable_fields) {
    if (field.path.empty()) return "has a selectable field without a path";
    const std::string about = "has the selectable field " + quoted(field.path) + " ";
    if (field.path.find_first_of(",=!\\") != std::string::npos) {
      return about + "that no field selector could name";
    }
    if (!field.value) return about + "without a function for its value";
    if (std::find(known.begin(), known.end(), field.path) != known.end()) return about + "twice";
    known.push_back(field.path);
  }
  return std::nullopt;
}

/// The type at a path of the hub form; null if there is none.
const schema::Type* type_at(const Resource& resource, const std::string& path) {
  const schema::Type* type = &resource.types->at(resource.hub_type);
  for (const std::string& name : scale_path(path)) {
    const schema::Property* property =
        type->kind == schema::Kind::kObject ? type->find(name) : nullptr;
    if (property == nullptr) return nullptr;
    type = &resource.types->at(property->type);
  }
  return type;
}

Wrong check_scale(const Resource& resource) {
  const ScalePaths& paths = *resource.strategy.scale;
  using Kind = schema::Kind;
  struct Rule {
    const std::string& path;
    std::string use;
    std::string begin;
    Kind kind;
    const char* wanted;
  };
  for (const Rule& rule :
       {Rule{paths.spec_replicas, "spec replicas", "spec.", Kind::kInteger, "an integer"},
        Rule{paths.status_replicas, "status replicas", "status.", Kind::kInteger, "an integer"},
        Rule{paths.selector, "selector", "", Kind::kString, "a string"}}) {
    if (rule.path.empty() && rule.kind == Kind::kString) continue;
    const std::string about =
        "has a scale whose path " + quoted(rule.path) + " of the " + rule.use + " ";
    const std::size_t dot = rule.path.starts_with('.') ? 1 : 0;
    if (rule.path.compare(dot, rule.begin.size(), rule.begin) != 0) {
      return about + "does not begin with " + quoted(rule.begin);
    }
    const schema::Type* type = type_at(resource, rule.path);
    if (type == nullptr) return about + "is no field of the type";
    if (type->kind != rule.kind) return about + "is not that of " + rule.wanted;
  }
  return std::nullopt;
}

Wrong check_parts(const Resource& resource) {
  if (resource.answer && !resource.parts.empty()) {
    return "is imperative: without objects there are no subresources";
  }
  for (const Subresource& part : resource.parts) {
    const std::string about = "has a subresource " + quoted(part.name) + " ";
    if (!is_lower_label(part.name)) return about + "that is no lower case name such as \"log\"";
    if (part.name == "status" || part.name == "scale") return about + "that annex serves itself";
    if (resource.find_part(part.name) != &part) return about + "twice";
    if (!part.serve) return about + "that nothing serves";
    if (part.verbs.empty()) return about + "without a verb";
    for (const std::string& verb : part.verbs) {
      constexpr std::string_view kVerbs[] = {"create", "delete", "get", "patch", "update"};
      if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) {
        return about + "with the verb " + quoted(verb) +
               ", which is none of create, delete, get, patch and update";
      }
    }
  }
  return std::nullopt;
}

Wrong check_nature(const Resource& resource) {
  if (!resource.source && !resource.answer) return std::nullopt;
  if (resource.source && resource.answer) return "is both virtual and imperative";
  if (resource.source && !resource.source->list) return "is virtual, but nothing lists its objects";
  if (resource.strategy.status_subresource || resource.strategy.scale) {
    return "is not stored, and cannot have the subresources status and scale";
  }
  return std::nullopt;
}

}  // namespace

Error unusable(const Resource& resource, const std::string& why) {
  Error error;
  error.reason = Reason::kInvalid;
  error.message = "resource \"" + resource.group_resource() + "\" " + why;
  return error;
}

Result<void> check_resource(const Resource& resource) {
  if (Wrong wrong = check_names(resource)) return unusable(resource, *wrong);
  if (Wrong wrong = check_versions(resource)) return unusable(resource, *wrong);
  if (Wrong wrong = check_columns(resource.strategy)) return unusable(resource, *wrong);
  if (Wrong wrong = check_selectable(resource.strategy)) return unusable(resource, *wrong);
  if (resource.strategy.status_subresource &&
      resource.types->at(resource.hub_type).find("status") == nullptr) {
    return unusable(resource, "has a status subresource, but its type " +
                                  quoted(resource.types->at(resource.hub_type).name) +
                                  " has no field \"status\"");
  }
  if (Wrong wrong = check_parts(resource)) return unusable(resource, *wrong);
  if (Wrong wrong = check_nature(resource)) return unusable(resource, *wrong);
  if (resource.strategy.scale) {
    if (Wrong wrong = check_scale(resource)) return unusable(resource, *wrong);
  }
  return {};
}

}  // namespace annex::registry
