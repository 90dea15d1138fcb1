#include "registry/scale.h"

#include <optional>

#include "annex/meta/object_meta.h"
#include "annex/schema/describe.h"
#include "annex/schema/normalize.h"
#include "registry/field_tracking.h"
#include "registry/object.h"
#include "registry/scale_managers.h"
#include "registry/write_rules.h"

namespace annex::registry {
namespace {

struct ScaleSpec {
  std::int32_t replicas = 0;
  friend void describe(schema::Object<ScaleSpec>& spec) {
    spec.field<&ScaleSpec::replicas>("replicas", "How many are wanted.");
  }
};

struct ScaleStatus {
  std::int32_t replicas = 0;
  std::string selector;
  friend void describe(schema::Object<ScaleStatus>& status) {
    status.field<&ScaleStatus::replicas>("replicas", "How many there are.").defaulted();
    status.field<&ScaleStatus::selector>("selector", "What they are found by.");
  }
};

struct Scale {
  meta::ObjectMeta metadata;
  ScaleSpec spec;
  ScaleStatus status;
  friend void describe(schema::Object<Scale>& scale) {
    scale.field<&Scale::metadata>("metadata", "Standard object metadata.");
    scale.field<&Scale::spec>("spec", "What is wanted.").defaulted();
    scale.field<&Scale::status>("status", "What is.").defaulted();
  }
};

const json::Value* find_at(const json::Value& object, const std::string& path) {
  const json::Value* found = &object;
  for (const std::string& name : scale_path(path)) {
    found = found->is_object() ? found->find(name) : nullptr;
    if (found == nullptr) return nullptr;
  }
  return found;
}

std::int64_t number_at(const json::Value& object, const std::string& path) {
  const json::Value* found = find_at(object, path);
  return found != nullptr && found->is_int64() ? found->as_int64() : 0;
}

}  // namespace

Result<void> put_replicas(const Resource& resource, std::int64_t replicas, json::Value& object) {
  json::Value* place = &object;
  for (const std::string& name : scale_path(resource.strategy.scale->spec_replicas)) {
    if (!place->is_object()) *place = json::Object();
    place = &place->as_object()[name];
  }
  *place = replicas;
  // None may be what is left out.
  schema::NormalizeReport ignored;
  return schema::normalize(*resource.types, resource.hub_type, object, ignored);
}

std::unique_ptr<const Resource> make_scale_resource() {
  auto types = std::make_shared<schema::TypeTable>();
  auto scale = std::make_unique<Resource>();
  scale->group = "autoscaling";
  scale->plural = "scales";
  scale->kind = "Scale";
  scale->hub_type = schema::describe_type<Scale>(*types, "io.k8s.api.autoscaling.v1.Scale");
  Version version;
  version.name = "v1";
  version.type = scale->hub_type;
  scale->versions.push_back(std::move(version));
  scale->types = std::move(types);
  return scale;
}

std::vector<std::string> scale_path(const std::string& path) {
  std::vector<std::string> names;
  for (std::size_t begin = path.empty() || path[0] != '.' ? 0 : 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    names.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

json::Value scale_of(const Resource& resource, const json::Value& hub) {
  const ScalePaths& paths = *resource.strategy.scale;
  json::Value scale = json::Object();
  for (const char* name : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    copy_meta(scale, hub, name);
  }
  json::Object spec;
  if (const std::int64_t wanted = number_at(hub, paths.spec_replicas); wanted != 0) {
    spec.append("replicas", wanted);
  }
  json::Object status{{"replicas", number_at(hub, paths.status_replicas)}};
  const json::Value* selector = paths.selector.empty() ? nullptr : find_at(hub, paths.selector);
  if (selector != nullptr && selector->is_string() && !selector->as_string().empty()) {
    status.append("selector", selector->as_string());
  }
  scale.as_object().append("spec", std::move(spec));
  scale.as_object().append("status", std::move(status));
  return scale;
}

Result<json::Value> apply_to_scale(const Codec& codec, const json::Value& live, Transform& wanted,
                                   const WriteRequest& request) {
  const Resource& resource = codec.resource();
  json::Value before = scale_of(resource, live);
  std::optional<ScaleManagers> managers;
  if (request.fields.parent != nullptr) {
    managers.emplace(codec, *request.fields.parent, live);
    set_managed_fields(before, managers->of_scale());
  }
  Result<json::Value> scale = wanted.apply(&before);
  if (!scale) return scale;
  track_fields(request, &before, *scale);
  const std::string& name = meta_text(live, "name");
  const std::int64_t replicas = number_at(*scale, "spec.replicas");
  if (replicas < 0) {
    schema::FieldErrors errors;
    errors.invalid(schema::FieldPath("spec") / "replicas", replicas,
                   "must be greater than or equal to 0");
    return schema::invalid("autoscaling", "Scale", name, errors);
  }
  const std::string& uid = meta_text(*scale, "uid");
  if (!uid.empty() && uid != meta_text(live, "uid")) {
    Error error = resource_error(resource, Reason::kConflict, name,
                                 "Operation cannot be fulfilled on " + resource.plural + "/scale." +
                                     resource.group + " " + quoted_name(name) +
                                     ": Precondition failed: UID in precondition: " + uid +
                                     ", UID in object meta: " + meta_text(live, "uid"));
    error.details.kind += "/scale";
    return error;
  }
  json::Value object = live;
  if (has_meta(*scale, "resourceVersion")) copy_meta(object, *scale, "resourceVersion");
  if (replicas != number_at(live, resource.strategy.scale->spec_replicas)) {
    if (auto done = put_replicas(resource, replicas, object); !done) return std::move(done).error();
  }
  if (managers) set_managed_fields(object, managers->of_parent(managed_fields(*scale)));
  return object;
}

}  // namespace annex::registry
