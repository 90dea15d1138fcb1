// MergeType: how the value at one place of an object merges with another.
#pragma once

#include <string_view>

#include "annex/json/value.h"
#include "annex/schema/type.h"
#include "annex/util/result.h"
#include "schema/path_element.h"

namespace annex::schema {

/// What structured-merge-diff calls an atom, read off the type table: which of scalar, list and map
/// a value may be, and how lists and maps merge. A light value; the table must outlive it.
class MergeType {
 public:
  /// The root of a type.
  MergeType(const TypeTable& table, TypeId type) : table_(&table), type_(&table.at(type)) {}

  enum class Scalar { kNone, kNumeric, kString, kBoolean, kUntyped };
  /// Which of the forms that are allowed a value has; all that are allowed for what has none.
  struct Forms {
    bool map = false;
    bool scalar = false;
    bool list = false;
    bool operator==(const Forms&) const = default;
  };

  Forms forms() const;
  /// The forms of `value`, which is null where there is no value.
  Forms forms_of(const json::Value* value) const;
  Scalar scalar() const;

  bool map_is_atomic() const;
  /// Whether a member of that name is described, rather than one of any name.
  bool declares(std::string_view name) const;
  /// Whether a map may have a member of that name.
  bool allows(std::string_view name) const;
  /// The type of a member; deduced from the value where none is described.
  MergeType member(std::string_view name) const;

  bool list_is_atomic() const;
  MergeType item() const;
  /// What tells an item of an associative list from the others. BadRequest, with upstream's text,
  /// for an item that cannot be told.
  Result<PathElement> element_of(const json::Value& item) const;

  /// A map of nothing but undescribed members, which is what its values are.
  bool is_deduced() const;

 private:
  enum class Free { kNo, kDeduced, kAtomic };

  MergeType(const TypeTable& table, Free free) : table_(&table), free_(free) {}
  MergeType(const TypeTable& table, const Property& property)
      : table_(&table), type_(&table.at(property.type)), property_(&property) {}

  Free free() const;
  bool open() const;
  Result<PathElement> keyed_element(const json::Value& item) const;

  const TypeTable* table_;
  const Type* type_ = nullptr;
  const Property* property_ = nullptr;
  Free free_ = Free::kNo;
};

}  // namespace annex::schema
