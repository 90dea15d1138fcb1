// Keeping what a C++ struct cannot hold while it is converted to the struct of another version.
#pragma once

#include "annex/json/value.h"
#include "annex/schema/field_error.h"
#include "annex/schema/type.h"

namespace annex::schema {

/// One conversion: what it was given and what it made of that. Lives for a call.
struct Conversion {
  TypeId from{};              ///< before
  const json::Value& source;  ///< the document, of `from`
  const json::Value& shown;   ///< the struct that was decoded from it, encoded
  TypeId to{};                ///< after
  json::Value& result;        ///< the converted struct, encoded, of `to`
};

/// True if a struct may not hold all of `value`, which is of `type`. Any thread.
bool has_unheld(const TypeTable& table, TypeId type, const json::Value& value);

/// Brings texts of enums that `from` does not declare to where `result` has the same field, found
/// by its name, and likewise the members that types on both sides preserve without knowing them.
/// The conversion itself saw a stand-in for each text; if it made something else of that than a
/// copy, nobody knows what the text should become, and it is added to `errors` as validation would.
/// A field that `to` does not have is not looked at. Any thread.
void carry_through(const TypeTable& table, const Conversion& conversion, FieldErrors& errors);

}  // namespace annex::schema
