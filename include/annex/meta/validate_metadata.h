// The rules for metadata that hold for every kind.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"
#include "annex/schema/field_error.h"

namespace annex::meta {

/// What is wrong with a text as a name of this kind; empty if nothing is.
using CheckName = std::function<std::vector<std::string>(std::string_view name)>;

/// The rules for a new object (apimachinery `pkg/api/validation/objectmeta.go`). `object` is the
/// whole object; names are checked by `check_name`.
void validate_metadata(const json::Value& object, bool namespaced, const CheckName& check_name,
                       schema::FieldErrors& errors);

/// The rules for a change of `old` to `object`.
void validate_metadata_update(const json::Value& object, const json::Value& old,
                              schema::FieldErrors& errors);

}  // namespace annex::meta
