// Checking a normalised value against what its type declares.
#pragma once

#include "annex/json/value.h"
#include "annex/schema/field_error.h"
#include "annex/schema/type.h"

namespace annex::schema {

/// Adds everything that is wrong: required members, constraints, enums, keys of sets and maps.
/// Constraints on an absent member do not fire. Any thread.
void validate(const TypeTable& table, TypeId type, const json::Value& value, const FieldPath& path,
              FieldErrors& errors);

/// The same for all members of an object but `except`, and for an update of `old` (null for what
/// was not there): what is as it was there may stay as it is, be it as wrong as it may, so that a
/// constraint that came later stands in nobody's way; immutable members are compared. Items of maps
/// in lists are found by their keys; those of other lists are taken for new ones if their list has
/// changed.
void validate_members(const TypeTable& table, TypeId type, const json::Value& object,
                      const json::Value* old, const FieldPath& path, FieldErrors& errors,
                      std::string_view except = {});

/// The same for the value of one member, its own constraints included. Requires: it is present.
void validate_property(const TypeTable& table, const Property& property, const json::Value& value,
                       const FieldPath& path, FieldErrors& errors);

}  // namespace annex::schema
