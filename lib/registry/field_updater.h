// FieldUpdater: what a write does to the managers of an object, and what an apply makes of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/registry/resource.h"
#include "annex/util/result.h"
#include "meta/managed_fields.h"
#include "registry/field_forms.h"

namespace annex::registry {

/// What an apply would take from others: by the identity of who has it.
using FieldConflicts = std::map<std::string, schema::FieldSet>;

/// As structured-merge-diff's `merge/update.go`. Documents are of `version`. A light value for one
/// request; one thread.
class FieldUpdater {
 public:
  FieldUpdater(const FieldForms& forms, const Version& version)
      : forms_(forms), version_(version) {}

  /// Takes from every manager what changes between the documents; `change` is how they differ in
  /// `version`. Managers of versions that are gone are dropped, and those left with nothing.
  Result<void> update(const json::Value& live, const json::Value& wanted,
                      const schema::Comparison& change, meta::Managers& managers) const;

  struct Applied {
    FieldConflicts conflicts{};           ///< if there are any, nothing else holds
    std::optional<json::Value> object{};  ///< nothing if nothing has changed
  };
  /// Merges `config` into `live`, takes away what `me` applied before and does not now, and gives
  /// `me` (its identity in `managers`) what it applies. Conflicts end it unless it is `force`d.
  Result<Applied> apply(const json::Value& live, const json::Value& config,
                        meta::Managers& managers, const meta::Manager& me, bool force) const;

 private:
  void reconcile(meta::Managers& managers) const;
  /// `known` is how the documents differ in `version`; null if nobody has looked yet.
  Result<FieldConflicts> take_changed(const json::Value& live, const json::Value& wanted,
                                      const schema::Comparison* known, meta::Managers& managers,
                                      const std::string& me, bool force) const;
  Result<json::Value> prune(json::Value merged, const meta::Managers& managers,
                            const meta::Manager& last) const;
  /// What `pruned`, converted from another version or not, has of `merged`.
  Result<schema::FieldSet> kept_fields(const Version& version, const json::Value& merged,
                                       const json::Value& pruned, bool converted) const;

  const FieldForms& forms_;
  const Version& version_;
};

}  // namespace annex::registry
