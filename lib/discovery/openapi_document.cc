#include "openapi_document.h"

#include <utility>

#include "definitions.h"
#include "group_documents.h"
#include "operations.h"

namespace annex::discovery {
namespace {

std::string_view status_text(int code) {
  return code == 201 ? "Created" : code == 202 ? "Accepted" : "OK";
}

std::vector<std::string> produced(const Operation& operation) {
  std::vector<std::string> types = operation.produces;
  if (operation.streams) types.emplace_back("application/json;stream=watch");
  return types;
}

json::Array texts(const std::vector<std::string>& from) {
  return json::Array(from.begin(), from.end());
}

/// Writes path items in one of the two forms.
class Writer {
 public:
  explicit Writer(schema::OpenApiVersion version) : v2_(version == schema::OpenApiVersion::kV2) {}

  /// `group` and `version` are those of the kinds in `items`.
  void add(const std::vector<PathItem>& items, const GroupVersion& of, json::Object& paths) const {
    for (const PathItem& item : items) {
      if (item.operations.empty()) continue;
      json::Object written;
      for (const Operation& each : item.operations) {
        written.append(each.method, operation(each, item, of));
      }
      json::Array parameters;
      for (const Parameter& each : item.path_parameters) {
        parameters.emplace_back(parameter(each, "path"));
      }
      for (const Parameter& each : item.query_parameters) {
        parameters.emplace_back(parameter(each, "query"));
      }
      if (!parameters.empty()) written.append("parameters", std::move(parameters));
      paths.append(item.path, std::move(written));
    }
  }

 private:
  json::Object reference(const std::string& name) const {
    return {{"$ref", (v2_ ? "#/definitions/" : "#/components/schemas/") + name}};
  }

  json::Object parameter(const Parameter& from, std::string_view in) const {
    json::Object made{{"name", from.name}, {"in", in}, {"description", from.description}};
    if (in == "path") made.append("required", true);
    if (v2_) {
      made.append("type", from.type);
      made.append("uniqueItems", true);
    } else {
      made.append("schema", json::Object{{"type", from.type}, {"uniqueItems", true}});
    }
    return made;
  }

  json::Object content(const std::vector<std::string>& types, const std::string& ref) const {
    json::Object made;
    for (const std::string& type : types) {
      made.append(type, json::Object{{"schema", reference(ref)}});
    }
    return made;
  }

  json::Object operation(const Operation& from, const PathItem& item,
                         const GroupVersion& of) const {
    // A deletion's options may be left out; every other body is needed.
    const bool body_required = from.method != "delete";
    json::Object made{{"description", from.description},
                      {"operationId", from.id},
                      {"tags", json::Array{item.tag}}};
    json::Array parameters;
    if (v2_) {
      made.append("consumes",
                  texts(from.consumes.empty() ? std::vector<std::string>{"*/*"} : from.consumes));
      made.append("produces", texts(produced(from)));
      made.append("schemes", json::Array{"https"});
      if (!from.body.empty()) {
        json::Object body{{"name", "body"}, {"in", "body"}, {"schema", reference(from.body)}};
        if (body_required) body.append("required", true);
        parameters.emplace_back(std::move(body));
      }
    } else if (!from.body.empty()) {
      json::Object body{{"content", content(from.consumes, from.body)}};
      if (body_required) body.append("required", true);
      made.append("requestBody", std::move(body));
    }
    for (const Parameter& each : from.parameters) parameters.emplace_back(parameter(each, "query"));
    if (!parameters.empty()) made.append("parameters", std::move(parameters));

    json::Object responses;
    for (const auto& [code, ref] : from.responses) {
      json::Object response{{"description", status_text(code)}};
      if (v2_) {
        response.append("schema", reference(ref));
      } else {
        response.append("content", content(produced(from), ref));
      }
      responses.append(std::to_string(code), std::move(response));
    }
    responses.append("401", json::Object{{"description", "Unauthorized"}});
    made.append("responses", std::move(responses));
    if (!from.action.empty()) made.append("x-kubernetes-action", from.action);
    if (!from.kind.empty()) {
      const bool own = from.version.empty();
      made.append(
          "x-kubernetes-group-version-kind",
          kind_entry(own ? of.group : from.group, own ? of.version : from.version, from.kind));
    }
    return made;
  }

  const bool v2_;
};

json::Object security_schemes() {
  return {{"BearerToken", json::Object{{"type", "apiKey"},
                                       {"description", "Bearer Token authentication"},
                                       {"name", "authorization"},
                                       {"in", "header"}}}};
}

}  // namespace

json::Value openapi_v2_document(const registry::Registry& registry, const Definitions& definitions,
                                const OpenApiInfo& info) {
  const Writer writer(schema::OpenApiVersion::kV2);
  std::vector<GroupVersion> served;
  json::Object paths;
  writer.add(common_path_items(registry), {}, paths);
  for (const registry::Group& group : registry.groups()) {
    for (const std::string& version : served_versions(registry, group)) {
      served.push_back({group.name, version});
      writer.add(path_items(registry, group.name, version), served.back(), paths);
    }
  }
  json::Object document{{"swagger", "2.0"},
                        {"info", json::Object{{"title", info.title}, {"version", info.version}}},
                        {"paths", std::move(paths)}};
  json::Object reached = definitions.reached(document, served);
  document.append("definitions", std::move(reached));
  document.append("securityDefinitions", security_schemes());
  document.append("security", json::Array{json::Object{{"BearerToken", json::Array()}}});
  return document;
}

json::Value openapi_v3_document(const registry::Registry& registry, const Definitions& definitions,
                                const GroupVersion& of, const OpenApiInfo& info) {
  json::Object paths;
  Writer(schema::OpenApiVersion::kV3).add(path_items(registry, of.group, of.version), of, paths);
  json::Object document{{"openapi", "3.0.0"},
                        {"info", json::Object{{"title", info.title}, {"version", info.version}}},
                        {"paths", std::move(paths)}};
  json::Object schemas = definitions.reached(document, {of});
  document.append("components", json::Object{{"schemas", std::move(schemas)},
                                             {"securitySchemes", security_schemes()}});
  return document;
}

}  // namespace annex::discovery
