#include "annex/discovery/documents.h"

#include <set>
#include <utility>

#include "annex/json/write.h"
#include "annex/schema/openapi.h"
#include "annex/tls/digest.h"
#include "group_documents.h"
#include "http/gzip.h"
#include "meta/protobuf.h"
#include "openapi_document.h"
#include "openapi_proto.h"
#include "version_document.h"

namespace annex::discovery {
namespace {

std::string make_etag(std::string_view text) { return "\"" + tls::sha512_hex(text) + "\""; }

util::Bytes pack(const util::Bytes& bytes) {
  std::optional<std::string> packed = http::gzip(util::Chunks(bytes));
  return packed ? util::Bytes(std::move(*packed)) : util::Bytes();
}

}  // namespace

Result<void> check_type_names(const registry::Registry& registry) {
  std::map<std::string, json::Value> seen;
  for (const auto& resource : registry.resources()) {
    for (const registry::Version& version : resource->versions) {
      for (const auto id : schema::reachable_named_types(*resource->types, version.type)) {
        const std::string& name = resource->types->at(id).name;
        json::Value schema =
            schema::openapi_definition(*resource->types, id, schema::OpenApiVersion::kV3);
        const auto [place, added] = seen.emplace(name, schema);
        if (added || place->second == schema) continue;
        Error error;
        error.reason = Reason::kInvalid;
        error.message = "resource \"" + resource->group_resource() +
                        "\": another type is called \"" + name +
                        "\", too: give one of them a model_name";
        return error;
      }
    }
  }
  return {};
}

Documents::Forms Documents::prepare(const json::Value& document) {
  return {util::Bytes(json::write(document) + "\n"), util::Bytes(json::write_pretty(document)),
          util::Bytes(json::write_yaml(document)),
          util::Bytes(meta::to_protobuf(document).value_or(""))};
}

Documents::OpenApi Documents::prepare_openapi(const json::Value& document) {
  OpenApi made;
  std::string text = json::write(document);
  made.etag = make_etag(text);
  made.text = util::Bytes(std::move(text));
  return made;
}

Documents::OpenApi Documents::prepare_openapi(const json::Value& document,
                                              schema::OpenApiVersion version) {
  OpenApi made = prepare_openapi(document);
  const bool v2 = version == schema::OpenApiVersion::kV2;
  made.proto = util::Bytes(meta::to_proto(document, v2 ? kOpenApiV2Proto : kOpenApiV3Proto));
  return made;
}

Documents::OpenApiSet Documents::prepare_openapi(const registry::Registry& registry,
                                                 const OpenApiInfo& info) {
  OpenApiSet made;
  json::Object index;
  const Definitions definitions(registry, schema::OpenApiVersion::kV3);
  for (const registry::Group& group : registry.groups()) {
    for (const std::string& version : served_versions(registry, group)) {
      const std::string key = "apis/" + group.name + "/" + version;
      const OpenApi& document = made.v3[key] =
          prepare_openapi(openapi_v3_document(registry, definitions, {group.name, version}, info),
                          schema::OpenApiVersion::kV3);
      const std::string hash = document.etag.substr(1, document.etag.size() - 2);
      index.append(key,
                   json::Object{{"serverRelativeURL", "/openapi/v3/" + key + "?hash=" + hash}});
    }
  }
  made.v3_index = prepare_openapi(json::Object{{"paths", std::move(index)}});
  const Definitions definitions_v2(registry, schema::OpenApiVersion::kV2);
  made.v2 = prepare_openapi(openapi_v2_document(registry, definitions_v2, info),
                            schema::OpenApiVersion::kV2);
  made.v2.text_packed = pack(made.v2.text);
  made.v2.proto_packed = pack(made.v2.proto);
  return made;
}

Documents::Documents(const registry::Registry& registry, const DocumentsOptions& options,
                     const util::Clock& clock)
    : clock_(clock),
      prepared_(clock.wall_now()),
      version_(json::write_pretty(version_document(options.version))) {
  OpenApiInfo info{options.title, options.api_version};
  if (info.version.empty()) {
    info.version = options.version.substr(options.version.starts_with("v") ? 1 : 0);
  }
  openapi_ = std::async(std::launch::async, [&registry, info = std::move(info)] {
    return prepare_openapi(registry, info);
  });
  std::set<std::string> paths(options.paths.begin(), options.paths.end());
  paths.insert({"/apis", "/openapi/v2", "/openapi/v3", "/version"});
  legacy_["/apis"] = prepare(group_list(registry, options.server_address));
  for (const registry::Group& group : registry.groups()) {
    const std::string group_path = "/apis/" + group.name;
    paths.insert(group_path);
    json::Object document{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
    for (json::Member& member : group_document(registry, group)) {
      document.append(member.name, std::move(member.value));
    }
    legacy_[group_path] = prepare(document);
    for (const std::string& version : served_versions(registry, group)) {
      const std::string version_path = group_path + "/" + version;
      paths.insert(version_path);
      legacy_[version_path] = prepare(resource_list(registry, group, version));
    }
  }
  for (const std::string form : {"v2", "v2beta1"}) {
    const json::Value list = aggregated_list(registry, form);
    aggregated_[form] = {prepare(list), make_etag(json::write(list))};
  }
  paths_ = util::Bytes(
      json::write_pretty(json::Object{{"paths", json::Array(paths.begin(), paths.end())}}));
}

}  // namespace annex::discovery
