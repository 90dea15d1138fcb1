#include "registry/field_tracking.h"

#include <utility>

#include "annex/schema/normalize.h"
#include "meta/managed_fields.h"
#include "registry/field_manager.h"
#include "registry/object.h"

namespace annex::registry {

namespace {

/// Nobody brings them into normal form later: they go around conversions.
Result<void> normalize_managers(const Resource& resource, json::Value& managers) {
  const schema::TypeTable& types = *resource.types;
  const schema::Property* metadata = types.at(resource.hub_type).find("metadata");
  const schema::Property* property =
      metadata == nullptr ? nullptr : types.at(metadata->type).find("managedFields");
  if (property == nullptr) return {};
  schema::NormalizeReport ignored;
  return schema::normalize(types, property->type, managers, ignored);
}

}  // namespace

json::Value managed_fields(const json::Value& object) {
  const json::Value* entries = metadata(object).find("managedFields");
  return entries == nullptr ? json::Value() : *entries;
}

void set_managed_fields(json::Value& object, json::Value entries) {
  if (entries.is_null()) {
    metadata(object).erase("managedFields");
  } else {
    set_meta(object, "managedFields", std::move(entries));
  }
}

void track_fields(const WriteRequest& request, const json::Value* live, json::Value& object) {
  if (request.fields.version == nullptr || request.fields.applied) return;
  FieldManager(request.fields, request.hooks.subresource, request.hooks.now).update(live, object);
}

void check_managed_fields(const Resource& resource, const WriteRequest& request,
                          const json::Value& before, json::Value& object) {
  json::Value* now = metadata(object).find("managedFields");
  if (now == nullptr || *now == before) return;
  auto managers = meta::read_managers(now);
  if (managers) {
    auto normal = normalize_managers(resource, *now);
    if (normal) return;
    managers = std::move(normal).error();
  }
  request.warn(
      ".metadata.managedFields was in an invalid state after mutating admission; this could be due "
      "to an outdated mutating admission controller; please fix your requests: " +
      managers.error().message);
  set_managed_fields(object, before);
}

void keep_times_of_unchanged(json::Value& object, const json::Value& old) {
  json::Value* now = metadata(object).find("managedFields");
  const json::Value* then = metadata(old).find("managedFields");
  if (now == nullptr || then == nullptr || *now == *then || !meta::same_but_times(*now, *then)) {
    return;
  }
  json::Value changed = std::exchange(*now, *then);
  if (!(object == old)) *metadata(object).find("managedFields") = std::move(changed);
}

}  // namespace annex::registry
