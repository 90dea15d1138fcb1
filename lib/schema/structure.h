// The operations of structured merging, which server-side apply is made of: what an object owns,
// how two differ, what is merged and what is taken away. As structured-merge-diff's `typed`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/schema/type.h"
#include "annex/util/result.h"
#include "schema/field_set.h"
#include "schema/merge_type.h"

namespace annex::schema {

/// What nests deeper than this is one leaf, so that no document costs more stack.
constexpr int kMaxMergeDepth = FieldSet::kMaxDepth - 10;

/// Whether `value` can be merged by its type: BadRequest with upstream's list of what is wrong,
/// such as `.spec.nope: field not declared in schema`. Items of lists that are sets or maps may
/// repeat only if `allow_duplicates`.
Result<void> check_structure(const MergeType& type, const json::Value& value,
                             bool allow_duplicates);

/// The fields that who applies `value` owns. What `check_structure` refuses is left out.
FieldSet owned_fields(const MergeType& type, const json::Value& value);

struct Comparison {
  FieldSet removed{};
  FieldSet modified{};
  FieldSet added{};

  bool same() const { return removed.empty() && modified.empty() && added.empty(); }
};

/// How `after` differs from `before`. BadRequest for items that cannot be told apart.
Result<Comparison> compare_structure(const MergeType& type, const json::Value& before,
                                     const json::Value& after);

/// `live` with what `config` says. Both must have passed check_structure, `config` without
/// duplicates. Null if nothing is left.
json::Value merge_structure(const MergeType& type, const json::Value& live,
                            const json::Value& config);

/// `value` without the members of `set` and what is below them. A container that loses all it has
/// becomes null, as upstream's.
json::Value remove_fields(const MergeType& type, const json::Value& value, const FieldSet& set);

/// The set and the described members on the way to each of its members.
FieldSet with_named_fields(const MergeType& type, const FieldSet& set);

/// The set as it must be since the type has changed: what became atomic is owned as a whole.
FieldSet reconciled(const MergeType& type, const FieldSet& set);

}  // namespace annex::schema
