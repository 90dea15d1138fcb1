// The scale subresource: an autoscaling/v1 Scale that stands for a few members of an object.
#pragma once

#include <cstdint>
#include <memory>

#include "annex/registry/codec.h"
#include "annex/registry/resource.h"
#include "annex/registry/writes.h"

namespace annex::registry {

/// autoscaling/v1 Scale as a resource, so that bodies and answers are read and written as those of
/// any kind. It is no resource of a Registry and has no objects of its own.
std::unique_ptr<const Resource> make_scale_resource();

/// Points "spec.replicas" out, with or without the leading dot of CustomResourceDefinitions.
std::vector<std::string> scale_path(const std::string& path);

/// The Scale of an object in the hub form. Requires: the resource has a scale.
json::Value scale_of(const Resource& resource, const json::Value& hub);

/// What `wanted` makes of the Scale of `live`, put back into the object: replicas, a
/// resourceVersion if one is given, and who manages the replicas. kInvalid for negative replicas,
/// kConflict for another uid.
Result<json::Value> apply_to_scale(const Codec& codec, const json::Value& live, Transform& wanted,
                                   const WriteRequest& request);

/// Sets the replicas of an object in the hub form.
Result<void> put_replicas(const Resource& resource, std::int64_t replicas, json::Value& object);

}  // namespace annex::registry
