// What can be done at each path: one model, from which both OpenAPI versions are written.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annex/registry/resource.h"

namespace annex::discovery {

/// A reference to a definition by its name; empty for none.
using Ref = std::string;

struct Parameter {
  std::string_view name;
  std::string_view type;  ///< "string", "boolean" or "integer"
  std::string_view description;
};

struct Operation {
  std::string method;  ///< "get", "patch"...
  std::string action;  ///< x-kubernetes-action
  std::string id;
  std::string description;
  std::string kind;  ///< of x-kubernetes-group-version-kind; empty for none
  /// The kind's group and version, if they are not those of the paths.
  std::string group{};
  std::string version{};
  std::vector<Parameter> parameters{};
  Ref body{};
  std::vector<std::string> consumes{};
  std::vector<std::pair<int, Ref>> responses{};
  std::vector<std::string> produces{"application/json", "application/yaml"};
  bool streams = false;  ///< the answer may be a watch
};

struct PathItem {
  std::string path;
  std::string tag{};
  std::vector<Parameter> path_parameters{};   ///< name, namespace
  std::vector<Parameter> query_parameters{};  ///< of every operation here
  std::vector<Operation> operations{};
};

/// "WardleExampleComV1beta1" of a group and a version.
std::string camel_version(const std::string& group, const std::string& version);
/// The names of a resource's definitions in a version.
Ref object_ref(const registry::Resource& resource, const registry::Version& version);
Ref list_ref(const registry::Resource& resource, const registry::Version& version);
/// The paths that belong to no version: `/version/`, `/apis/` and the groups'.
std::vector<PathItem> common_path_items(const registry::Registry& registry);
/// Everything below `/apis/<group>/<version>`, in order of paths.
std::vector<PathItem> path_items(const registry::Registry& registry, const std::string& group,
                                 const std::string& version);

}  // namespace annex::discovery
