// FieldManager: metadata.managedFields of one write.
#pragma once

#include <string>

#include "annex/json/value.h"
#include "annex/registry/codec.h"
#include "annex/registry/resource.h"
#include "annex/registry/writes.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"
#include "meta/managed_fields.h"
#include "registry/field_forms.h"
#include "registry/field_updater.h"

namespace annex::registry {

/// What apimachinery's `util/managedfields` does around the merge: who writes in which version and
/// through which subresource, since when, and how many are told apart. Objects are in the hub form.
/// Lives for one request; one thread.
class FieldManager {
 public:
  /// `writer` names codec and version, and must outlive it.
  FieldManager(const FieldWriter& writer, std::string subresource, util::WallTime now);

  /// Makes the managedFields of `object`, which is about to replace `live` (null: nothing is there
  /// yet), from those that the client sent or the live ones. Never fails: what cannot be compared
  /// keeps the managedFields of `live`.
  void update(const json::Value* live, json::Value& object) const;

  /// What comes of `config`, an apply configuration with kind and apiVersion as the client sent it,
  /// when it is applied to `live` (null: nothing is there yet). kConflict with a cause for each
  /// field; BadRequest for another kind or version; kUnknown, as upstream, for what does not fit
  /// the type.
  Result<json::Value> apply(const json::Value* live, const json::Value& config, bool force) const;

 private:
  meta::Manager me(bool applied, std::string name) const;
  Result<void> check_config(const json::Value& config) const;
  /// Notes what `name` has changed from one document to the other.
  Result<void> note_update(const std::string& name, const json::Value& live,
                           const json::Value& wanted, schema::Comparison change,
                           meta::Managers& managers) const;
  /// Whether nothing has to be done about entries if nothing changes: few, and of versions that are
  /// served.
  bool settled(const json::Value& entries) const;
  /// Applies; a conflict that kubectl's own record of what it applied explains is none.
  Result<FieldUpdater::Applied> apply_documents(const json::Value& live, const json::Value& config,
                                                meta::Managers& managers, bool force) const;
  std::string described(const json::Value& object) const;

  const FieldWriter& writer_;
  const Version& version_;
  const std::string subresource_;
  const std::string now_;
  const FieldForms forms_;
  const FieldUpdater updater_;
};

}  // namespace annex::registry
