#include "registry/object.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace annex::registry {
namespace {

/// The members of metadata in the order of its type, that of normal form.
constexpr std::array<std::string_view, 14> kOrder{
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
};

}  // namespace

json::Object& metadata(json::Value& object) {
  json::Value& member = object.as_object()["metadata"];
  if (!member.is_object()) member = json::Object();
  return member.as_object();
}

const json::Object& metadata(const json::Value& object) {
  static const json::Object kNone;
  const json::Value* member = object.find("metadata");
  return member != nullptr && member->is_object() ? member->as_object() : kNone;
}

void set_meta(json::Value& object, std::string_view name, json::Value value) {
  json::Object& members = metadata(object);
  if (json::Value* found = members.find(name)) {
    *found = std::move(value);
    return;
  }
  auto place = members.begin();
  for (const std::string_view each : kOrder) {
    if (each == name) break;
    if (place != members.end() && place->name == each) ++place;
  }
  members.insert(place, std::string(name), std::move(value));
}

const std::string& meta_text(const json::Value& object, std::string_view name) {
  return object.at_string({"metadata", name});
}

std::int64_t meta_number(const json::Value& object, std::string_view name) {
  const json::Value* member = metadata(object).find(name);
  return member != nullptr && member->is_int64() ? member->as_int64() : 0;
}

bool has_meta(const json::Value& object, std::string_view name) {
  const json::Value* member = metadata(object).find(name);
  return member != nullptr && !member->is_null();
}

void copy_meta(json::Value& object, const json::Value& from, std::string_view name) {
  if (has_meta(from, name)) {
    set_meta(object, name, *metadata(from).find(name));
  } else {
    metadata(object).erase(name);
  }
}

void copy_member(json::Value& object, const json::Value& from, std::string_view name) {
  const json::Value* member = from.find(name);
  if (member != nullptr) {
    object.as_object().set(name, *member);
  } else {
    object.as_object().erase(name);
  }
}

std::vector<std::string> finalizers(const json::Value& object) {
  std::vector<std::string> names;
  const json::Value* list = metadata(object).find("finalizers");
  if (list == nullptr || !list->is_array()) return names;
  for (const json::Value& name : list->as_array()) {
    if (name.is_string()) names.push_back(name.as_string());
  }
  return names;
}

void set_finalizers(json::Value& object, const std::vector<std::string>& names) {
  if (names.empty()) {
    metadata(object).erase("finalizers");
    return;
  }
  set_meta(object, "finalizers", json::Array(names.begin(), names.end()));
}

std::vector<std::string> drop_duplicate_owners(json::Value& object) {
  std::vector<std::string> uids;
  json::Value* list = metadata(object).find("ownerReferences");
  if (list == nullptr || !list->is_array()) return uids;
  json::Array kept;
  for (json::Value& reference : list->as_array()) {
    if (std::find(kept.begin(), kept.end(), reference) == kept.end()) {
      kept.push_back(std::move(reference));
      continue;
    }
    const std::string& uid = reference.at_string({"uid"});
    if (std::find(uids.begin(), uids.end(), uid) == uids.end()) uids.push_back(uid);
  }
  *list = std::move(kept);
  return uids;
}

std::string duplicate_owners_warning(const std::vector<std::string>& uids, bool after_admission) {
  std::string text = ".metadata.ownerReferences contains duplicate entries";
  text += after_admission ? " after mutating admission happens; " : "; ";
  text +=
      "API server dedups owner references in 1.20+, and may reject such requests as early as "
      "1.24; please fix your requests; duplicate UID(s) observed: ";
  for (std::size_t i = 0; i < uids.size(); ++i) text += (i == 0 ? "" : ", ") + uids[i];
  return text;
}

bool same_desired_state(const json::Value& a, const json::Value& b) {
  auto desired = [](const json::Value& object) {
    json::Value copy = object;
    copy.as_object().erase("metadata");
    copy.as_object().erase("status");
    return copy;
  };
  return desired(a) == desired(b);
}

}  // namespace annex::registry
