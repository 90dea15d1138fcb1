// FieldForms: an object in the versions that its managers speak of.
#pragma once

#include <string>
#include <string_view>

#include "annex/json/value.h"
#include "annex/registry/codec.h"
#include "annex/registry/resource.h"
#include "annex/util/result.h"
#include "schema/field_set.h"
#include "schema/merge_type.h"
#include "schema/structure.h"

namespace annex::registry {

/// The forms of one resource's objects as structured merging sees them: documents without kind and
/// apiVersion, each of a version. A light value; the codec must outlive it.
class FieldForms {
 public:
  /// `subresource` is that through which is written: what it does not change is nobody's there.
  FieldForms(const Codec& codec, std::string_view subresource)
      : codec_(codec), subresource_(subresource) {}

  /// Null for a version that is not served (any more).
  const Version* find(const std::string& api_version) const;
  schema::MergeType type(const Version& version) const;
  /// The document of a hub object; `storage` holds it unless both are the same.
  Result<const json::Value*> document(const Version& version, const json::Value& hub,
                                      json::Value& storage) const;
  /// The hub object of a document, with its defaults.
  Result<json::Value> hub(const Version& version, json::Value document) const;
  /// Without defaults beyond those that the forms themselves always have. BadRequest for what does
  /// not fit the other form.
  Result<json::Value> convert(const Version& from, const Version& to, json::Value document) const;
  /// What there is before anything is: structs that are always written, and members that are
  /// always written of their type's zero value.
  json::Value zero(const Version& version) const;

  /// The set without what the subresource, or the main path, does not change.
  schema::FieldSet changeable(schema::FieldSet set) const;
  Result<schema::Comparison> compare(const Version& version, const json::Value& before,
                                     const json::Value& after) const;

 private:
  const Codec& codec_;
  std::string_view subresource_;
};

}  // namespace annex::registry
