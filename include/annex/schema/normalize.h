// Decoding a document by its type: the one way by which JSON becomes an object of a kind.
#pragma once

#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/schema/type.h"
#include "annex/util/result.h"

namespace annex::schema {

/// What was found, and mended, while a document was brought into form.
struct NormalizeReport {
  /// Paths of members that are not described (`spec.items[0].x`), at most 100, in document order.
  std::vector<std::string> unknown_fields{};
};

/// Brings `value` into the form that a typed server would write: types checked, nulls and unknown
/// members dropped, formats canonical, defaults filled in, plain members that equal their initial
/// value left out, members in described order. BadRequest with a text such as `json: cannot
/// unmarshal number into field spec.x of type string`; then `value` is in no particular state.
/// An enum's text is not checked: that is validation's. Any thread.
Result<void> normalize(const TypeTable& table, TypeId type, json::Value& value,
                       NormalizeReport& report);

/// True for a member's value that is as good as absent, and that normalize() therefore drops.
bool is_left_out(const TypeTable& table, const Property& property, const json::Value& value);

}  // namespace annex::schema
