// JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386) as Kubernetes applies them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/util/result.h"

namespace annex::json {

/// A decoded JSON Patch. A value; applying it does not change it.
class JsonPatch {
 public:
  /// `document` is the patch's JSON. BadRequest for anything but an array of objects,
  /// RequestEntityTooLarge above 10,000 operations; texts as spec'd by upstream's
  /// `endpoints/handlers/patch.go`.
  static Result<JsonPatch> decode(const Value& document);

  /// The patched copy of `target`. kInvalid with upstream's generic text if any operation fails
  /// (`target` is not touched); copies may add at most 3 MiB in sum, and the
  /// operations may step over 20 million members and items. Negative array indices count
  /// from the end; `replace` of a missing object member adds it (as evanphx/json-patch v4).
  Result<Value> apply(const Value& target) const;

  /// `unknown field "x"` for unknown members of operations, in document order.
  const std::vector<std::string>& unknown_members() const { return unknown_; }

 private:
  Array operations_;
  std::vector<std::string> unknown_;
};

/// Applies `patch` to `target` in place. Requires: `patch` is an object.
void merge_patch(Value& target, const Value& patch);

}  // namespace annex::json
