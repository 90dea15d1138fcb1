#include "annex/schema/openapi.h"

#include <algorithm>

#include "annex/schema/strategic_merge.h"

namespace annex::schema {
namespace {

std::string_view type_text(Kind kind) {
  switch (kind) {
    case Kind::kObject:
    case Kind::kMap:
      return "object";
    case Kind::kList:
      return "array";
    case Kind::kString:
      return "string";
    case Kind::kInteger:
      return "integer";
    case Kind::kNumber:
      return "number";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kAny:
      break;
  }
  return "";
}

std::string_view format_text(Format format) {
  switch (format) {
    case Format::kInt32:
      return "int32";
    case Format::kInt64:
      return "int64";
    case Format::kDouble:
      return "double";
    case Format::kByte:
      return "byte";
    case Format::kDateTime:
    case Format::kMicroTime:
      return "date-time";
    case Format::kNone:
    case Format::kDuration:
    case Format::kQuantity:
    case Format::kIntOrString:
    case Format::kRawExtension:
      break;
  }
  return "";
}

/// The shared definition that stands for a format, if it has one.
std::string_view shared_name(const Type& type) {
  switch (type.format) {
    case Format::kDateTime:
      return "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
    case Format::kMicroTime:
      return "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";
    case Format::kDuration:
      return "io.k8s.apimachinery.pkg.apis.meta.v1.Duration";
    case Format::kQuantity:
      return "io.k8s.apimachinery.pkg.api.resource.Quantity";
    case Format::kIntOrString:
      return "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    default:
      return "";
  }
}

json::Object reference(std::string_view name, OpenApiVersion version) {
  const std::string_view prefix =
      version == OpenApiVersion::kV2 ? "#/definitions/" : "#/components/schemas/";
  return {{"$ref", std::string(prefix) + std::string(name)}};
}

void add_limits(const Constraints& limits, json::Object& schema) {
  // Whole bounds are written as integers, as they are in every other document.
  auto number = [](double value) {
    const auto whole = static_cast<std::int64_t>(value);
    return static_cast<double>(whole) == value ? json::Value(whole) : json::Value(value);
  };
  auto count = [](std::size_t value) { return json::Value(static_cast<std::int64_t>(value)); };
  if (limits.minimum) schema.append("minimum", number(*limits.minimum));
  if (limits.maximum) schema.append("maximum", number(*limits.maximum));
  if (limits.min_length) schema.append("minLength", count(*limits.min_length));
  if (limits.max_length) schema.append("maxLength", count(*limits.max_length));
  if (!limits.pattern.empty()) schema.append("pattern", limits.pattern);
  if (limits.min_items) schema.append("minItems", count(*limits.min_items));
  if (limits.max_items) schema.append("maxItems", count(*limits.max_items));
}

json::Value property_schema(const TypeTable& table, const Property& property,
                            OpenApiVersion version) {
  json::Object schema = openapi_use(table, property.type, version).as_object();
  const bool is_reference = schema.contains("$ref");
  if (is_reference && version == OpenApiVersion::kV3) {
    // A reference has no siblings in v3.
    json::Object wrapped;
    wrapped.append("allOf", json::Array{json::Value(std::move(schema))});
    schema = std::move(wrapped);
  }
  if (!property.description.empty()) schema.set("description", property.description);
  if (property.default_value && version == OpenApiVersion::kV3) {
    schema.set("default", *property.default_value);
  }
  add_limits(property.constraints, schema);
  if (table.at(property.type).kind == Kind::kList) {
    const ListType kind = property.list_type;
    schema.append("x-kubernetes-list-type", kind == ListType::kSet   ? "set"
                                            : kind == ListType::kMap ? "map"
                                                                     : "atomic");
    if (kind == ListType::kMap) {
      json::Array keys;
      for (const std::string& key : property.list_keys) keys.emplace_back(key);
      schema.append("x-kubernetes-list-map-keys", std::move(keys));
    }
    const PatchStrategy patch = patch_strategy(table, property);
    if (!patch.merge_key.empty()) schema.append("x-kubernetes-patch-merge-key", patch.merge_key);
    if (patch.merge) schema.append("x-kubernetes-patch-strategy", "merge");
  }
  if (property.map_atomic) schema.append("x-kubernetes-map-type", "atomic");
  return schema;
}

}  // namespace

json::Value openapi_use(const TypeTable& table, TypeId id, OpenApiVersion version) {
  const Type& type = table.at(id);
  if (!type.name.empty()) return reference(type.name, version);
  if (!shared_name(type).empty()) return reference(shared_name(type), version);
  return openapi_definition(table, id, version);
}

json::Value openapi_definition(const TypeTable& table, TypeId id, OpenApiVersion version) {
  const Type& type = table.at(id);
  json::Object schema;
  if (!type.description.empty()) schema.append("description", type.description);
  if (type.kind == Kind::kAny) {
    schema.append("x-kubernetes-preserve-unknown-fields", true);
    return schema;
  }
  schema.append("type", type_text(type.kind));
  if (!format_text(type.format).empty()) schema.append("format", format_text(type.format));
  if (!type.enum_values.empty()) {
    json::Array values;
    for (const std::string& value : type.enum_values) values.emplace_back(value);
    schema.append("enum", std::move(values));
  }
  if (type.kind == Kind::kList) schema.append("items", openapi_use(table, type.element, version));
  if (type.kind == Kind::kMap) {
    schema.append("additionalProperties", openapi_use(table, type.element, version));
  }
  if (type.kind != Kind::kObject) return schema;

  json::Object properties;
  json::Array required;
  for (const Property& property : type.properties) {
    properties.append(property.name, property_schema(table, property, version));
    if (property.required) required.emplace_back(property.name);
  }
  if (!properties.empty()) schema.append("properties", std::move(properties));
  if (!required.empty()) schema.append("required", std::move(required));
  if (type.preserve_unknown) schema.append("x-kubernetes-preserve-unknown-fields", true);
  if (type.atomic) schema.append("x-kubernetes-map-type", "atomic");
  if (type.embedded_resource) schema.append("x-kubernetes-embedded-resource", true);
  return schema;
}

std::vector<TypeId> reachable_named_types(const TypeTable& table, TypeId root) {
  std::vector<bool> seen(table.size());
  std::vector<TypeId> pending{root};
  std::vector<TypeId> named;
  while (!pending.empty()) {
    const TypeId id = pending.back();
    pending.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    const Type& type = table.at(id);
    if (!type.name.empty()) named.push_back(id);
    if (type.kind == Kind::kList || type.kind == Kind::kMap) pending.push_back(type.element);
    for (const Property& property : type.properties) pending.push_back(property.type);
  }
  std::sort(named.begin(), named.end(),
            [&](TypeId a, TypeId b) { return table.at(a).name < table.at(b).name; });
  return named;
}

}  // namespace annex::schema
