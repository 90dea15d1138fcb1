#include "setup/item.h"

#include <utility>

namespace annex::setup {
namespace {

constexpr const char* kNameLabel = "app.kubernetes.io/name";
constexpr const char* kManagerLabel = "app.kubernetes.io/managed-by";
constexpr const char* kManager = "annex";

}  // namespace

std::string Item::text() const {
  const std::string& in = place.namespace_name;
  return object.at_string({"kind"}) + " " + (in.empty() ? "" : in + "/") + name();
}

json::Object labels(const Plan& plan) {
  return {{kManagerLabel, kManager}, {kNameLabel, plan.name}};
}

json::Object pod_labels(const Plan& plan) { return {{kNameLabel, plan.name}}; }

std::string label_selector(const Plan& plan) {
  return std::string(kManagerLabel) + "=" + kManager + "," + kNameLabel + "=" + plan.name;
}

bool is_ours(const Plan& plan, const json::Value& object) {
  return object.at_string({"metadata", "labels", kManagerLabel}) == kManager &&
         object.at_string({"metadata", "labels", kNameLabel}) == plan.name;
}

std::string prefix(const Plan& plan) {
  return plan.name == plan.namespace_name ? plan.name : plan.namespace_name + ":" + plan.name;
}

Item make_item(const Plan& plan, const Kind& kind, const std::string& namespace_name,
               const std::string& name, json::Object rest) {
  json::Object metadata{{"name", name}};
  if (!namespace_name.empty()) metadata.set("namespace", namespace_name);
  metadata.set("labels", labels(plan));
  json::Object object{
      {"apiVersion", kind.api_version}, {"kind", kind.kind}, {"metadata", std::move(metadata)}};
  for (json::Member& member : rest) object.set(member.name, std::move(member.value));
  return {{kind.api_version, kind.plural, namespace_name}, std::move(object)};
}

}  // namespace annex::setup
