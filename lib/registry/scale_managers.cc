#include "registry/scale_managers.h"

#include <utility>

#include "registry/field_tracking.h"
#include "registry/scale.h"
#include "schema/structure.h"

namespace annex::registry {
namespace {

constexpr const char* kScaleVersion = "autoscaling/v1";

schema::FieldSet set_of(const std::vector<schema::PathElement>& path) {
  schema::FieldSet set;
  set.insert(path);
  return set;
}

const std::vector<schema::PathElement>& path_in_scale() {
  static const std::vector<schema::PathElement> kPath{schema::PathElement::field("spec"),
                                                      schema::PathElement::field("replicas")};
  return kPath;
}

/// The manager's entry of a Scale.
meta::Manager in_scale(const meta::Manager& manager) {
  meta::Manager entry = manager;
  entry.api_version = kScaleVersion;
  entry.fields = set_of(path_in_scale());
  return entry;
}

/// The only member of a set; empty if it has none or more.
std::vector<schema::PathElement> only_member(const schema::FieldSet& set) {
  std::vector<schema::PathElement> path;
  const schema::FieldSet* below = &set;
  while (below->nodes().size() == 1) {
    const schema::FieldSet::Node& node = below->nodes().front();
    path.push_back(node.element);
    if (node.member) return node.below.empty() ? path : std::vector<schema::PathElement>();
    below = &node.below;
  }
  return {};
}

}  // namespace

ScaleManagers::ScaleManagers(const Codec& codec, const Version& version, const json::Value& live)
    : codec_(codec),
      version_(version),
      live_(live),
      forms_(codec, ""),
      managers_(meta::read_managers(live.find("metadata") == nullptr
                                        ? nullptr
                                        : live.find("metadata")->find("managedFields"))) {}

ScaleManagers::Path ScaleManagers::path_in(const Version& version) const {
  json::Value one = live_;
  json::Value two = live_;
  if (!put_replicas(codec_.resource(), 1, one) || !put_replicas(codec_.resource(), 2, two)) {
    return {};
  }
  json::Value storage_of_one;
  json::Value storage_of_two;
  const auto before = forms_.document(version, one, storage_of_one);
  const auto after = forms_.document(version, two, storage_of_two);
  if (!before || !after) return {};
  const auto change = schema::compare_structure(forms_.type(version), **before, **after);
  return change ? only_member(change->modified) : Path();
}

ScaleManagers::Path ScaleManagers::held_by(const meta::Manager& manager) const {
  const Version* version = forms_.find(manager.api_version);
  if (version == nullptr) return {};
  Path path = path_in(*version);
  return manager.fields.contains(path) ? path : Path();
}

json::Value ScaleManagers::of_scale() const {
  if (!managers_) return {};
  meta::Managers shown;
  for (const auto& [id, manager] : *managers_) {
    if (held_by(manager).empty()) continue;
    meta::Manager entry = in_scale(manager);
    std::string key = identity(entry);
    shown.insert_or_assign(std::move(key), std::move(entry));
  }
  return meta::write_managers(shown);
}

json::Value ScaleManagers::of_parent(const json::Value& entries) const {
  auto scale = meta::read_managers(&entries);
  if (!managers_ || !scale) return managed_fields(live_);
  meta::Managers result;
  for (const auto& [id, manager] : *managers_) {
    if (forms_.find(manager.api_version) == nullptr) continue;
    const Path path = held_by(manager);
    if (path.empty() || scale->erase(identity(in_scale(manager))) != 0) {
      result.emplace(id, manager);
      continue;
    }
    meta::Manager less = manager;
    less.fields = manager.fields.without(set_of(path));
    if (!less.fields.empty()) result.emplace(id, std::move(less));
  }
  const Path path = path_in(version_);
  if (path.empty()) return meta::write_managers(result);
  for (auto& [id, manager] : *scale) {
    if (!manager.fields.contains(path_in_scale())) continue;
    manager.api_version = codec_.resource().api_version(version_);
    manager.fields = set_of(path);
    // As upstream, where only who had an entry before has a time.
    const auto before = managers_->find(id);
    manager.time = before == managers_->end() ? std::string() : before->second.time;
    std::string key = identity(manager);
    const auto present = result.find(key);
    if (present != result.end()) {
      manager.fields = manager.fields.united(present->second.fields);
    }
    result.insert_or_assign(std::move(key), std::move(manager));
  }
  return meta::write_managers(result);
}

}  // namespace annex::registry
