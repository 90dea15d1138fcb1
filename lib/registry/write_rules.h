// What creating, updating and deleting share.
#pragma once

#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/json/write.h"
#include "annex/meta/validate_metadata.h"
#include "annex/registry/resource.h"
#include "annex/registry/writes.h"
#include "annex/schema/field_error.h"
#include "annex/util/error.h"

namespace annex::registry {

inline std::string quoted_name(const std::string& name) { return json::quoted(name); }

/// An error that names an object of the resource.
inline Error resource_error(const Resource& resource, Reason reason, const std::string& name,
                            std::string message) {
  Error error;
  error.reason = reason;
  error.message = std::move(message);
  error.details.name = name;
  error.details.group = resource.group;
  error.details.kind = resource.plural;
  return error;
}

inline bool is_scale(const WriteRequest& request) { return request.hooks.subresource == "scale"; }

/// True if somebody may change what is wanted before it is stored.
inline bool is_admitted(const Resource& resource, const WriteRequest& request) {
  return request.admission != nullptr || resource.strategy.admit;
}

/// Mutating admission: the plugins, then the resource's own hook.
Result<void> admit(const Resource& resource, const WriteRequest& request, json::Value* object,
                   const json::Value* old);
/// Validating admission, in the same order.
Result<void> validate_admission(const Resource& resource, const WriteRequest& request,
                                const json::Value* object, const json::Value* old);

/// The version that answers what is never stored: none of it is lost in another one.
const Version& answered_in(const Resource& resource, const WriteRequest& request);

/// The request's own time is up.
inline Error write_timeout() {
  Error error;
  error.reason = Reason::kTimeout;
  error.message =
      "Timeout: request did not complete within requested timeout - context deadline exceeded";
  return error;
}

meta::CheckName name_check(NameRule rule);

/// The constraints of the hub type, metadata aside. `old` is null for a new object.
void validate_by_schema(const Resource& resource, const json::Value& object, const json::Value* old,
                        schema::FieldErrors& errors);

/// Drops ownerReferences that are there twice, with a warning.
void note_duplicate_owners(const WriteRequest& request, json::Value& object, bool after_admission);

}  // namespace annex::registry
