#include "annex/json/write.h"
#include "annex/request/request_info.h"
#include "handlers/body.h"
#include "handlers/options.h"
#include "meta/protobuf.h"

namespace annex::handlers {
namespace {

/// The options before they are checked.
struct RawDelete {
  std::optional<std::string> uid{};
  std::optional<std::string> resource_version{};
  std::optional<std::int64_t> grace{};
  std::optional<bool> orphan_dependents{};
  std::optional<std::string> propagation{};
  std::vector<std::string> dry_run{};
  bool unsafe = false;
};

Error wrong_type(const json::Value& value, const std::string& field, const std::string& type) {
  return Error::bad_request("json: cannot unmarshal " + std::string(value.type_name()) +
                            " into field " + field + " of type " + type);
}

Result<void> read_text(const json::Value& object, std::string_view name, const std::string& path,
                       std::optional<std::string>& out) {
  const json::Value* member = object.find(name);
  if (member == nullptr || member->is_null()) return {};
  if (!member->is_string()) return wrong_type(*member, path + std::string(name), "string");
  out = member->as_string();
  return {};
}

Result<json::Value> read_options_body(const http::Request& request) {
  if (body_is_protobuf(request)) return meta::delete_options_from_protobuf(request.body.view());
  auto document = read_body(request);
  if (!document) return std::move(document).error();
  return std::move(document->value);
}

Result<RawDelete> read_body_options(const http::Request& request) {
  const auto document = read_options_body(request);
  if (!document) return document.error();
  const json::Value& object = *document;
  if (object.is_null()) return RawDelete{};
  if (!object.is_object()) {
    return Error::bad_request("couldn't get version/kind; json parse error: " +
                              wrong_type(object, "DeleteOptions", "object").message);
  }
  const std::string& kind = object.at_string({"kind"});
  if (!kind.empty() && kind != "DeleteOptions") {
    return Error::bad_request("no kind " + json::quoted(kind) +
                              " is known as the options of a deletion");
  }
  RawDelete raw;
  if (auto done = read_text(object, "propagationPolicy", "", raw.propagation); !done) {
    return std::move(done).error();
  }
  const json::Value* orphan = object.find("orphanDependents");
  if (orphan != nullptr && !orphan->is_null()) {
    if (!orphan->is_bool()) return wrong_type(*orphan, "orphanDependents", "bool");
    raw.orphan_dependents = orphan->as_bool();
  }
  const json::Value* unsafe = object.find("ignoreStoreReadErrorWithClusterBreakingPotential");
  if (unsafe != nullptr && !unsafe->is_null()) {
    if (!unsafe->is_bool()) return wrong_type(*unsafe, "ignoreStoreReadError...", "bool");
    raw.unsafe = unsafe->as_bool();
  }
  const json::Value* grace = object.find("gracePeriodSeconds");
  if (grace != nullptr && !grace->is_null()) {
    if (!grace->is_int64()) return wrong_type(*grace, "gracePeriodSeconds", "int64");
    raw.grace = grace->as_int64();
  }
  const json::Value* conditions = object.find("preconditions");
  if (conditions != nullptr && !conditions->is_null()) {
    if (!conditions->is_object()) return wrong_type(*conditions, "preconditions", "object");
    for (auto done :
         {read_text(*conditions, "uid", "preconditions.", raw.uid),
          read_text(*conditions, "resourceVersion", "preconditions.", raw.resource_version)}) {
      if (!done) return std::move(done).error();
    }
  }
  const json::Value* dry_run = object.find("dryRun");
  if (dry_run != nullptr && !dry_run->is_null()) {
    if (!dry_run->is_array()) return wrong_type(*dry_run, "dryRun", "list");
    for (const json::Value& value : dry_run->as_array()) {
      if (!value.is_string()) return wrong_type(value, "dryRun", "string");
      raw.dry_run.push_back(value.as_string());
    }
  }
  return raw;
}

Result<RawDelete> read_query_options(const http::Query& query) {
  RawDelete raw;
  auto grace = read_int(query, "gracePeriodSeconds");
  if (!grace) return std::move(grace).error();
  if (query.contains("gracePeriodSeconds")) raw.grace = *grace;
  auto text = [&](std::string_view name, std::optional<std::string>& out) {
    if (const auto value = query.first(name)) out = std::string(*value);
  };
  text("uid", raw.uid);
  text("resourceVersion", raw.resource_version);
  text("propagationPolicy", raw.propagation);
  if (query.contains("orphanDependents")) {
    raw.orphan_dependents = request::query_flag(query, "orphanDependents");
  }
  raw.unsafe = request::query_flag(query, "ignoreStoreReadErrorWithClusterBreakingPotential");
  for (const std::string_view value : query.all("dryRun")) raw.dry_run.emplace_back(value);
  return raw;
}

json::Value document_of(const RawDelete& raw) {
  json::Object conditions;
  if (raw.uid) conditions.append("uid", *raw.uid);
  if (raw.resource_version) conditions.append("resourceVersion", *raw.resource_version);
  json::Object document = options_document("DeleteOptions");
  if (!conditions.empty()) document.append("preconditions", std::move(conditions));
  if (!raw.dry_run.empty()) {
    document.append("dryRun", json::Array(raw.dry_run.begin(), raw.dry_run.end()));
  }
  if (raw.grace) document.append("gracePeriodSeconds", *raw.grace);
  if (raw.orphan_dependents) document.append("orphanDependents", *raw.orphan_dependents);
  if (raw.propagation && !raw.propagation->empty())
    document.append("propagationPolicy", *raw.propagation);
  if (raw.unsafe) document.append("ignoreStoreReadErrorWithClusterBreakingPotential", true);
  return document;
}

}  // namespace

Result<DeleteOptions> read_delete_options(const http::Request& request) {
  auto raw =
      request.body.empty() ? read_query_options(request.target.query) : read_body_options(request);
  if (!raw) return std::move(raw).error();
  DeleteOptions options;
  options.document = document_of(*raw);
  options.preconditions.uid = std::move(raw->uid);
  options.preconditions.resource_version = std::move(raw->resource_version);
  options.unsafe = raw->unsafe;
  options.remove.orphan_dependents = raw->orphan_dependents;
  schema::FieldErrors errors;
  const schema::FieldPath path("propagationPolicy");
  if (raw->propagation) {
    const std::string& policy = *raw->propagation;
    if (raw->orphan_dependents) {
      errors.invalid(path, policy, "orphanDependents and deletionPropagation cannot be both set");
    }
    if (policy == "Foreground") {
      options.remove.propagation = registry::Propagation::kForeground;
    } else if (policy == "Background") {
      options.remove.propagation = registry::Propagation::kBackground;
    } else if (policy == "Orphan") {
      options.remove.propagation = registry::Propagation::kOrphan;
    } else {
      errors.not_supported(path, policy, {"Foreground", "Background", "Orphan", "nil"});
    }
  }
  options.dry_run = read_dry_run(raw->dry_run, errors);
  if (!errors.empty()) return invalid_options("DeleteOptions", errors);
  return options;
}

}  // namespace annex::handlers
