#include "annex/meta/validate_metadata.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <string>

#include "annex/json/write.h"
#include "annex/meta/names.h"

namespace annex::meta {
namespace {

using schema::FieldErrors;
using schema::FieldPath;

constexpr std::size_t kMaxAnnotationBytes = 262144;

const FieldPath kMetadata("metadata");

const json::Value& member(const json::Value& object, std::string_view name) {
  static const json::Value kNull;
  const json::Value* found = object.find(name);
  return found != nullptr ? *found : kNull;
}

void check_names(const json::Value& metadata, bool namespaced, const CheckName& check_name,
                 FieldErrors& errors) {
  const std::string& generate = metadata.at_string({"generateName"});
  if (!generate.empty()) {
    std::string prefix = generate;
    // What follows makes a final dash legal; upstream checks as if there were letters.
    if (prefix.size() > 1 && prefix.back() == '-') prefix.replace(prefix.size() - 2, 2, "aa");
    for (const std::string& why : check_name(prefix)) {
      errors.invalid(kMetadata / "generateName", generate, why);
    }
  }
  const std::string& name = metadata.at_string({"name"});
  if (name.empty()) {
    errors.required(kMetadata / "name", "name or generateName is required");
  } else {
    for (const std::string& why : check_name(name)) errors.invalid(kMetadata / "name", name, why);
  }
  const std::string& name_space = metadata.at_string({"namespace"});
  if (!namespaced) {
    if (!name_space.empty()) {
      errors.forbidden(kMetadata / "namespace", "not allowed on this type");
    }
  } else if (name_space.empty()) {
    errors.required(kMetadata / "namespace");
  } else {
    for (const std::string& why : check_dns_label(name_space)) {
      errors.invalid(kMetadata / "namespace", name_space, why);
    }
  }
}

void check_labels_and_annotations(const json::Value& metadata, FieldErrors& errors) {
  const json::Value& labels = member(metadata, "labels");
  if (labels.is_object()) {
    for (const json::Member& label : labels.as_object()) {
      for (const std::string& why : check_label_key(label.name)) {
        errors.invalid(kMetadata / "labels", label.name, why);
      }
      if (!label.value.is_string()) continue;
      for (const std::string& why : check_label_value(label.value.as_string())) {
        errors.invalid(kMetadata / "labels", label.value, why);
      }
    }
  }
  const json::Value& annotations = member(metadata, "annotations");
  if (!annotations.is_object()) return;
  std::size_t bytes = 0;
  for (const json::Member& annotation : annotations.as_object()) {
    std::string key = annotation.name;
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    for (const std::string& why : check_label_key(key)) {
      errors.invalid(kMetadata / "annotations", annotation.name, why);
    }
    bytes += annotation.name.size();
    if (annotation.value.is_string()) bytes += annotation.value.as_string().size();
  }
  if (bytes > kMaxAnnotationBytes) errors.too_long(kMetadata / "annotations", kMaxAnnotationBytes);
}

void check_owners(const json::Value& metadata, FieldErrors& errors) {
  const json::Value& owners = member(metadata, "ownerReferences");
  if (!owners.is_array()) return;
  const FieldPath list = kMetadata / "ownerReferences";
  const json::Value* controller = nullptr;
  for (std::size_t i = 0; i < owners.as_array().size(); ++i) {
    const json::Value& owner = owners.as_array()[i];
    const FieldPath path = list.index(i);
    const std::string& version = owner.at_string({"apiVersion"});
    if (version.empty()) {
      errors.required(path / "apiVersion", "must not be empty");
    } else if (std::count(version.begin(), version.end(), '/') > 1 || version.back() == '/') {
      errors.invalid(path / "apiVersion", version, "must be <group>/<version> or <version>");
    }
    for (const char* name : {"kind", "name", "uid"}) {
      if (owner.at_string({name}).empty()) errors.required(path / name, "must not be empty");
    }
    if (version == "v1" && owner.at_string({"kind"}) == "Event") {
      errors.invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
    }
    const json::Value& flag = member(owner, "controller");
    if (!flag.is_bool() || !flag.as_bool()) continue;
    if (controller != nullptr) {
      auto text = [](const json::Value& o) {
        return o.at_string({"kind"}) + "/" + o.at_string({"name"});
      };
      errors.invalid(list, owners,
                     "Only one reference can have Controller set to true. Found \"true\" in "
                     "references for " +
                         text(*controller) + " and " + text(owner));
    } else {
      controller = &owner;
    }
  }
}

void check_finalizers(const json::Value& metadata, FieldErrors& errors) {
  const json::Value& finalizers = member(metadata, "finalizers");
  if (!finalizers.is_array()) return;
  const FieldPath path = kMetadata / "finalizers";
  bool orphan = false;
  bool foreground = false;
  for (const json::Value& finalizer : finalizers.as_array()) {
    if (!finalizer.is_string()) continue;
    for (const std::string& why : check_label_key(finalizer.as_string())) {
      errors.invalid(path, finalizer, why);
    }
    orphan = orphan || finalizer.as_string() == "orphan";
    foreground = foreground || finalizer.as_string() == "foregroundDeletion";
  }
  if (orphan && foreground) {
    errors.invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
  }
}

bool is_printable(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) != 0x7f;
}

std::string invalid_character(const std::string& text, std::size_t place) {
  std::array<char, 16> code{};
  std::snprintf(code.data(), code.size(), "U+%04X", static_cast<unsigned char>(text[place]));
  return std::string("invalid character ") + code.data() + " (at position " +
         std::to_string(place) + ")";
}

void check_managed_fields(const json::Value& metadata, FieldErrors& errors) {
  const json::Value& entries = member(metadata, "managedFields");
  if (!entries.is_array()) return;
  for (std::size_t i = 0; i < entries.as_array().size(); ++i) {
    const json::Value& entry = entries.as_array()[i];
    // Paths are texts, and nearly every entry needs none.
    const auto at = [i](const char* name) { return (kMetadata / "managedFields").index(i) / name; };
    const std::string& operation = entry.at_string({"operation"});
    if (operation.empty()) {
      errors.required(at("operation"), "must not be empty");
    } else if (operation != "Apply" && operation != "Update") {
      errors.not_supported(at("operation"), operation, {"Apply", "Update"});
    }
    const std::string& type = entry.at_string({"fieldsType"});
    if (!type.empty() && type != "FieldsV1") {
      errors.invalid(at("fieldsType"), type, "must be `FieldsV1`");
    }
    const std::string& manager = entry.at_string({"manager"});
    if (manager.size() > 128) errors.too_long(at("manager"), 128);
    for (std::size_t place = 0; place < manager.size(); ++place) {
      if (is_printable(manager[place])) continue;
      errors.invalid(at("manager"), manager, invalid_character(manager, place));
    }
    if (entry.at_string({"subresource"}).size() > 256) errors.too_long(at("subresource"), 256);
  }
}

/// What creations and updates have in common. Upstream's second pass of an update leaves
/// finalizers out.
void check_shared(const json::Value& metadata, bool finalizers, FieldErrors& errors) {
  const json::Value& generation = member(metadata, "generation");
  if (generation.is_int64() && generation.as_int64() < 0) {
    errors.invalid(kMetadata / "generation", generation, "must be greater than or equal to 0");
  }
  check_labels_and_annotations(metadata, errors);
  check_owners(metadata, errors);
  if (finalizers) check_finalizers(metadata, errors);
  check_managed_fields(metadata, errors);
}

void check_new_finalizers(const json::Value& metadata, const json::Value& old,
                          FieldErrors& errors) {
  if (member(old, "deletionTimestamp").is_null()) return;
  const json::Value& now = member(metadata, "finalizers");
  const json::Value& before = member(old, "finalizers");
  if (!now.is_array()) return;
  std::set<std::string> fresh;  // upstream names each once, in order
  for (const json::Value& finalizer : now.as_array()) {
    const bool known = before.is_array() &&
                       std::find(before.as_array().begin(), before.as_array().end(), finalizer) !=
                           before.as_array().end();
    if (!known && finalizer.is_string()) fresh.insert(finalizer.as_string());
  }
  std::string added;
  for (const std::string& finalizer : fresh) {
    added += (added.empty() ? "" : ", ") + json::quoted(finalizer);
  }
  if (!added.empty()) {
    errors.forbidden(kMetadata / "finalizers",
                     "no new finalizers can be added if the object is being deleted, found new "
                     "finalizers []string{" +
                         added + "}");
  }
}

}  // namespace

void validate_metadata(const json::Value& object, bool namespaced, const CheckName& check_name,
                       FieldErrors& errors) {
  const json::Value& metadata = member(object, "metadata");
  check_names(metadata, namespaced, check_name, errors);
  check_shared(metadata, true, errors);
}

void validate_metadata_update(const json::Value& object, const json::Value& old_object,
                              FieldErrors& errors) {
  const json::Value& metadata = member(object, "metadata");
  const json::Value& old = member(old_object, "metadata");
  check_new_finalizers(metadata, old, errors);
  if (metadata.at_string({"resourceVersion"}).empty()) {
    errors.invalid(kMetadata / "resourceVersion", "", "must be specified for an update");
  }
  const json::Value& generation = member(metadata, "generation");
  const json::Value& old_generation = member(old, "generation");
  if (old_generation.is_int64() &&
      (!generation.is_int64() || generation.as_int64() < old_generation.as_int64())) {
    errors.invalid(kMetadata / "generation", generation.is_int64() ? generation : json::Value(0),
                   "must not be decremented");
  }
  for (const char* name : {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
                           "deletionGracePeriodSeconds"}) {
    if (!(member(metadata, name) == member(old, name))) {
      errors.invalid(kMetadata / name, member(metadata, name), "field is immutable");
    }
  }
  check_shared(metadata, false, errors);
}

}  // namespace annex::meta
