// PathElement: one step from a value to a part of it, as managedFields name it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "annex/json/value.h"
#include "annex/util/result.h"

namespace annex::schema {

/// An order among all JSON values (numbers, strings, booleans, lists, maps, null), in which numbers
/// compare by value. Below, at and above 0.
int compare_values(const json::Value& a, const json::Value& b);

/// A member's name, the keys of an item of a keyed list, an item of a set, or a position. A value;
/// ordered as the elements of upstream's field sets (structured-merge-diff `fieldpath/element.go`).
class PathElement {
 public:
  enum class Kind { kField, kKey, kValue, kIndex };

  static PathElement field(std::string_view name) { return {Kind::kField, name}; }
  /// `keys` names and values of key fields, in any order.
  static PathElement key(json::Object keys);
  static PathElement value(json::Value item) { return {Kind::kValue, std::move(item)}; }
  static PathElement index(std::size_t position) {
    return {Kind::kIndex, static_cast<std::int64_t>(position)};
  }
  /// From a member name of fieldsV1, such as `f:spec`. Nothing for a kind of element that is not
  /// known; BadRequest for what is no element.
  static Result<std::optional<PathElement>> parse(std::string_view text);

  Kind kind() const { return kind_; }
  /// Requires: a field.
  const std::string& name() const { return value_.as_string(); }
  /// The member name in fieldsV1: `f:spec`, `k:{"name":"a"}`, `v:"x"`, `i:3`.
  std::string text() const;
  /// As errors show it: `.spec`, `[name="a"]`, `[="x"]`, `[3]`.
  std::string shown() const;

  /// Below, at and above 0.
  int compare(const PathElement& other) const;
  bool operator<(const PathElement& other) const { return compare(other) < 0; }
  bool operator==(const PathElement& other) const { return compare(other) == 0; }

 private:
  PathElement(Kind kind, json::Value value) : kind_(kind), value_(std::move(value)) {}

  Kind kind_;
  json::Value value_;  ///< the name, an object of sorted keys, the item, or the position
};

}  // namespace annex::schema
