#include "registry/last_applied.h"

#include <algorithm>
#include <utility>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "registry/object.h"
#include "schema/structure.h"

namespace annex::registry {
namespace {

constexpr const char* kAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::size_t kMaxAnnotationBytes = 256U << 10U;

const std::string& record_of(const json::Value& object) {
  return object.at_string({"metadata", "annotations", kAnnotation});
}

/// By name, all the way down; the reader has bounded the depth.
void sort_members(json::Value& value) {
  if (value.is_array()) {
    for (json::Value& item : value.as_array()) sort_members(item);
  } else if (value.is_object()) {
    std::sort(value.as_object().begin(), value.as_object().end(),
              [](const json::Member& a, const json::Member& b) { return a.name < b.name; });
    for (json::Member& member : value.as_object()) sort_members(member.value);
  }
}

}  // namespace

std::optional<schema::FieldSet> last_applied_fields(const schema::MergeType& type,
                                                    const json::Value& live,
                                                    const std::string& api_version) {
  const std::string& record = record_of(live);
  if (record.empty()) return std::nullopt;
  auto document = json::read(record);
  if (!document || !document->value.is_object()) return std::nullopt;
  json::Value& applied = document->value;
  if (applied.at_string({"apiVersion"}) != api_version) return std::nullopt;
  applied.as_object().erase("apiVersion");
  applied.as_object().erase("kind");
  for (const json::Value* value : {&live, static_cast<const json::Value*>(&applied)}) {
    if (!schema::check_structure(type, *value, false)) return std::nullopt;
  }
  const auto change = schema::compare_structure(type, applied, live);
  if (!change) return std::nullopt;
  return schema::owned_fields(type, applied)
      .without(change->modified)
      .without(change->added)
      .without(change->removed);
}

void refresh_last_applied(const json::Value& config, json::Value& object) {
  if (record_of(object).empty()) return;
  json::Value applied = config;
  json::Value* annotations = applied.find("metadata");
  if (annotations != nullptr) annotations = annotations->find("annotations");
  if (annotations != nullptr && annotations->is_object()) {
    annotations->as_object().erase(kAnnotation);
  }
  sort_members(applied);
  json::Object& present = metadata(object)["annotations"].as_object();
  present.set(kAnnotation, json::write(applied) + "\n");
  std::size_t bytes = 0;
  for (const json::Member& annotation : present) {
    bytes += annotation.name.size() +
             (annotation.value.is_string() ? annotation.value.as_string().size() : 0);
  }
  if (bytes > kMaxAnnotationBytes) present.erase(kAnnotation);
}

}  // namespace annex::registry
