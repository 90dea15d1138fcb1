// Strategic merge patch: a merge patch that knows which lists are merged, and by which member.
#pragma once

#include "annex/json/value.h"
#include "annex/schema/type.h"
#include "annex/util/result.h"

namespace annex::schema {

/// How strategic merge patches treat a list: `x-kubernetes-patch-strategy` and
/// `x-kubernetes-patch-merge-key`.
struct PatchStrategy {
  bool merge = false;       ///< else the list is replaced
  std::string merge_key{};  ///< of lists of objects
};

/// Sets are merged by their values, maps in lists with one key by that. A list with several keys is
/// replaced: a patch could name only one of them, and would hit others' items.
PatchStrategy patch_strategy(const TypeTable& table, const Property& property);

/// `target`, a document of `type`, as `patch` (an object) wants it, with the directives `$patch`,
/// `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys` (apimachinery
/// `pkg/util/strategicpatch`). Nulls delete. The result may hold what the schema does not describe.
/// BadRequest, kInvalid and kUnknown for what upstream answers with 400, 422 and 500, in its words.
Result<json::Value> strategic_merge(const TypeTable& table, TypeId type, json::Value target,
                                    json::Value patch);

/// A value as Go's fmt prints it with %v, which upstream's texts contain.
std::string go_text(const json::Value& value);

}  // namespace annex::schema
