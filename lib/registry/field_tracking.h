// What the write loop does about managedFields, round by round.
#pragma once

#include "annex/json/value.h"
#include "annex/registry/writes.h"

namespace annex::registry {

/// metadata.managedFields; null if there is none.
json::Value managed_fields(const json::Value& object);
/// Null takes it away.
void set_managed_fields(json::Value& object, json::Value entries);

/// Notes what the request's writer changes from `live` (null: nothing is there yet) to `object`,
/// unless nobody is named or the transform has seen to it.
void track_fields(const WriteRequest& request, const json::Value* live, json::Value& object);

/// Puts the managedFields back that were there before admission if they were damaged there, and
/// warns; brings those that were changed into normal form.
void check_managed_fields(const Resource& resource, const WriteRequest& request,
                          const json::Value& before, json::Value& object);

/// Puts the old times back where nothing but they would change, so that nothing is stored: as
/// upstream's `handlers/fieldmanager/equality.go`.
void keep_times_of_unchanged(json::Value& object, const json::Value& old);

}  // namespace annex::registry
