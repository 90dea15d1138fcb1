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
  auto converted = codec_.to_version(version, hub);
  if (!converted) return std::move(converted).error();
  storage = std::move(*converted);
  storage.as_object().erase("kind");
  storage.as_object().erase("apiVersion");
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
  schema::NormalizeReport ignored;
  auto done = schema::normalize(*codec_.resource().types, from.type, document, ignored);
  if (!done) return std::move(done).error();
  if (from.to_hub) {
    auto hub = from.to_hub(std::move(document));
    if (!hub) return hub;
    document = std::move(*hub);
  }
  json::Value storage;
  auto found = this->document(to, document, storage);
  if (!found) return std::move(found).error();
  json::Value result = *found == &storage ? std::move(storage) : std::move(document);
  // As upstream, where items that repeat are allowed in what is stored, but not in its other forms.
  if (auto fits = schema::check_structure(type(to), result, false); !fits) {
    return std::move(fits).error();
  }
  return result;
}

json::Value FieldForms::zero(const Version& version) const {
  json::Value object = json::Object();
  schema::NormalizeReport ignored;
  auto done = schema::normalize(*codec_.resource().types, version.type, object, ignored);
  if (!done || !object.is_object()) return json::Object();
  strip(object.as_object());
  return object;
}

schema::FieldSet FieldForms::changeable(schema::FieldSet set) const {
  const bool status = subresource_ == "status";
  if (!status && (!subresource_.empty() || !codec_.resource().strategy.status_subresource)) {
    return set;
  }
  schema::FieldSet kept;
  for (const schema::FieldSet::Node& node : set.nodes()) {
    const bool is_status =
        node.element.kind() == schema::PathElement::Kind::kField && node.element.name() == "status";
    if (is_status == status) kept.append(node.element, node.member, node.below);
  }
  return kept;
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
