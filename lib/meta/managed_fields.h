// Managers: who owns which fields of an object, as metadata.managedFields keeps it.
#pragma once

#include <map>
#include <string>

#include "annex/json/value.h"
#include "annex/util/result.h"
#include "schema/field_set.h"

namespace annex::meta {

/// One entry of managedFields. A value.
struct Manager {
  std::string name{};
  bool applied = false;       ///< operation Apply; else Update
  std::string api_version{};  ///< the version that the fields are told in
  std::string subresource{};
  std::string time{};  ///< RFC 3339 to the second, UTC; empty: not known
  schema::FieldSet fields{};
};

/// By what tells them apart, see `identity`.
using Managers = std::map<std::string, Manager>;

/// What tells a manager from the others of an object: its entry without fields and time and, of an
/// Apply, without its version. Ordered as upstream orders its managers where it does.
std::string identity(const Manager& manager);

/// From metadata.managedFields, which may be absent (null). BadRequest, in upstream's words, for
/// what is damaged.
Result<Managers> read_managers(const json::Value* entries);

/// As metadata.managedFields, in upstream's order; null for none.
json::Value write_managers(const Managers& managers);

/// Whether a client asks by these entries that nothing be known of managers: none or one empty one.
bool resets_managers(const json::Value* entries);

/// Whether two lists of entries differ in nothing but times.
bool same_but_times(const json::Value& a, const json::Value& b);

}  // namespace annex::meta
