// What kubectl recorded of its client-side apply, which server-side apply takes over from.
#pragma once

#include <optional>
#include <string>

#include "annex/json/value.h"
#include "schema/field_set.h"
#include "schema/merge_type.h"

namespace annex::registry {

/// The one manager that takes over.
inline constexpr const char* kKubectl = "kubectl";

/// The fields of `live` (a document of `api_version`, without kind) that still are what the record
/// in its annotation says. Nothing if there is no record of that version that can be read.
std::optional<schema::FieldSet> last_applied_fields(const schema::MergeType& type,
                                                    const json::Value& live,
                                                    const std::string& api_version);

/// Brings an existing record up to `config`; takes it away if the annotations would become too
/// large for an object.
void refresh_last_applied(const json::Value& config, json::Value& object);

}  // namespace annex::registry
