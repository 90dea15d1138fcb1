#include "registry/field_forms.h"

#include <utility>

#include "annex/schema/normalize.h"
#include "registry/object.h"

namespace annex::registry {
namespace {

bool is_zero(const json::Value& value) {
  if (value.is_bool()) return !value.as_bool();
  if (value.is_number()) return value.as_double() == 0;
  return value.is_string() && (value.as_string().empty() || value.as_string() == "0");
}

/// Keeps structs and zero values. The types bound the depth.
void strip(json::Object& object) {
  if (object.empty()) return;
  json::Object kept;
  for (json::Member& member : object) {
    if (member.value.is_object()) {
      strip(member.value.as_object());
    } else if (!is_zero(member.value)) {
      continue;
    }
    kept.append(std::move(member.name), std::move(member.value));
  }
  object = std::move(kept);
}

/// Takes out of a normalised document the defaults that the original did not have. The types bound
/// the depth, for free-form values stay as they are.
void drop_filled(const json::Value& original, json::Value& normal) {
  if (original == normal) return;
  if (original.is_array() && normal.is_array() &&
      original.as_array().size() == normal.as_array().size()) {
    for (std::size_t i = 0; i < normal.as_array().size(); ++i) {
      drop_filled(original.as_array()[i], normal.as_array()[i]);
    }
  }
  if (!original.is_object() || !normal.is_object()) return;
  json::Object kept;
  kept.reserve(normal.as_object().size());
  for (json::Member& member : normal.as_object()) {
    const json::Value* before = original.find(member.name);
    if (before != nullptr && !before->is_null()) {
      drop_filled(*before, member.value);
    } else if (member.value.is_object()) {
      strip(member.value.as_object());
    } else if (!is_zero(member.value)) {
      continue;
    }
    kept.append(std::move(member.name), std::move(member.value));
  }
  normal = std::move(kept);
}

Result<void> normalize_bare(const schema::TypeTable& types, schema::TypeId type,
                            json::Value& document) {
  const json::Value original = document;
  schema::NormalizeReport ignored;
  auto done = schema::normalize(types, type, document, ignored);
  if (done) drop_filled(original, document);
  return done;
}

}  // namespace

const Version* FieldForms::find(const std::string& api_version) const {
  const Resource& resource = codec_.resource();
  for (const Version& version : resource.versions) {
    if (version.served && resource.api_version(version) == api_version) return &version;
  }
  return nullptr;
}

schema::MergeType FieldForms::type(const Version& version) const {
  return {*codec_.resource().types, version.type};
}

Result<const json::Value*> FieldForms::document(const Version& version, const json::Value& hub,
                                                json::Value& storage) const {
  if (!version.from_hub) return &hub;
  auto converted = codec_.bare(version, hub);
  if (!converted) return std::move(converted).error();
  storage = std::move(*converted);
  // Which the conversion leaves out: what is applied may rest on it.
  copy_meta(storage, hub, "resourceVersion");
  return static_cast<const json::Value*>(&storage);
}

Result<json::Value> FieldForms::hub(const Version& version, json::Value document) const {
  if (!document.is_object()) document = json::Object();
  schema::NormalizeReport ignored;
  return codec_.decode(version, std::move(document), ignored);
}

Result<json::Value> FieldForms::convert(const Version& from, const Version& to,
                                        json::Value document) const {
  if (&from == &to) return document;
  if (!document.is_object()) document = json::Object();
  const schema::TypeTable& types = *codec_.resource().types;
  if (auto done = normalize_bare(types, from.type, document); !done) return std::move(done).error();
  for (const auto* change : {&from.to_hub, &to.from_hub}) {
    if (!*change) continue;
    auto changed = (*change)(std::move(document));
    if (!changed) return changed;
    document = std::move(*changed);
  }
  if (auto done = normalize_bare(types, to.type, document); !done) return std::move(done).error();
  // As upstream, where items that repeat are allowed in what is stored, but not in its other forms.
  if (auto fits = schema::check_structure(type(to), document, false); !fits) {
    return std::move(fits).error();
  }
  return document;
}

json::Value FieldForms::zero(const Version& version) const {
  json::Object object;
  for (const schema::Property& property : codec_.resource().types->at(version.type).properties) {
    if (!property.default_value) continue;
    json::Value value = *property.default_value;
    if (value.is_object()) {
      strip(value.as_object());
    } else if (!is_zero(value)) {
      continue;
    }
    object.append(property.name, std::move(value));
  }
  return object;
}

schema::FieldSet FieldForms::changeable(schema::FieldSet set) const {
  if (subresource_ == "status") {
    const schema::FieldSet::Node* status = set.find_field("status");
    schema::FieldSet kept;
    if (status != nullptr) kept.append(status->element, status->member, status->below);
    return kept;
  }
  if (!subresource_.empty() || !codec_.resource().strategy.status_subresource) return set;
  schema::FieldSet status;
  status.append(schema::PathElement::field("status"), true, {});
  return std::move(set).without_trees(status);
}

Result<schema::Comparison> FieldForms::compare(const Version& version, const json::Value& before,
                                               const json::Value& after) const {
  auto comparison = schema::compare_structure(type(version), before, after);
  if (!comparison) return comparison;
  comparison->removed = changeable(std::move(comparison->removed));
  comparison->modified = changeable(std::move(comparison->modified));
  comparison->added = changeable(std::move(comparison->added));
  return comparison;
}

}  // namespace annex::registry
