// ScaleManagers: who manages an object's replicas, told in the terms of its Scale.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "annex/json/value.h"
#include "annex/registry/codec.h"
#include "annex/registry/resource.h"
#include "annex/util/result.h"
#include "meta/managed_fields.h"
#include "registry/field_forms.h"
#include "schema/path_element.h"

namespace annex::registry {

/// As apimachinery's `util/managedfields/scalehandler.go`: an entry of the object that holds its
/// replicas is shown as one of autoscaling/v1 that holds `.spec.replicas`, and what a write of the
/// Scale makes of those is brought back. Lives for one request.
class ScaleManagers {
 public:
  /// `codec` is the object's, `version` that in which the Scale is written, `live` the object in
  /// the hub form; all must outlive it. Damaged managedFields are left alone.
  ScaleManagers(const Codec& codec, const Version& version, const json::Value& live);

  /// The managedFields of the Scale; null for none.
  json::Value of_scale() const;
  /// The managedFields of the object, once those of its Scale are `entries`.
  json::Value of_parent(const json::Value& entries) const;

 private:
  using Path = std::vector<schema::PathElement>;

  /// Where a version has the replicas: what changes there when they do. Empty if nothing does.
  Path path_in(const Version& version) const;
  /// That of a manager if it holds them, else empty.
  Path held_by(const meta::Manager& manager) const;

  const Codec& codec_;
  const Version& version_;
  const json::Value& live_;
  const FieldForms forms_;
  Result<meta::Managers> managers_;
};

}  // namespace annex::registry
