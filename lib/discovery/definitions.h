// Definitions: the schemas that documents refer to, found by name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"
#include "annex/registry/resource.h"
#include "annex/schema/openapi.h"

namespace annex::discovery {

/// A group and a version that are served.
struct GroupVersion {
  std::string group{};
  std::string version{};
};

json::Object kind_entry(std::string_view group, std::string_view version, std::string_view kind);

/// All definitions of a registry in one form of OpenAPI. Lives for the making of documents.
class Definitions {
 public:
  Definitions(const registry::Registry& registry, schema::OpenApiVersion version);

  /// Everything that `document` refers to, directly or not, by name. The options of a deletion and
  /// the events of a watch are kinds of the core group and of each of `served`.
  json::Object reached(const json::Value& document, const std::vector<GroupVersion>& served) const;

 private:
  json::Value make(const std::string& name, const std::vector<GroupVersion>& served) const;
  void add_roots(const registry::Resource& resource, const registry::Version& version);
  json::Value object_definition(const registry::Resource& resource,
                                const registry::Version& version) const;
  json::Value list_definition(const registry::Resource& resource, const std::string& object) const;
  json::Object use(std::string_view name, std::string_view description) const;
  json::Value type_member(std::string_view name) const;

  struct Root {
    json::Value schema{};
    json::Array kinds{};
  };

  const registry::Registry& registry_;
  const schema::OpenApiVersion version_;
  const json::Value shared_;
  std::map<std::string, Root> roots_;
};

}  // namespace annex::discovery
