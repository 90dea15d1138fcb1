// ObjectMeta and its parts, as members of described kinds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "annex/meta/time.h"
#include "annex/schema/describe.h"

namespace annex::meta {

/// One of `metadata.ownerReferences`: the garbage collector deletes an object that has lost its
/// last owner.
struct OwnerReference {
  std::string api_version{};
  std::string kind{};
  std::string name{};
  std::string uid{};
  std::optional<bool> controller{};
  std::optional<bool> block_owner_deletion{};

  bool operator==(const OwnerReference&) const = default;
};
void describe(schema::Object<OwnerReference>& reference);

/// One of `metadata.managedFields`: which fields a manager has set, in which version. annex keeps
/// them.
struct ManagedFieldsEntry {
  std::string manager{};
  std::string operation{};
  std::string api_version{};
  std::optional<Time> time{};
  std::string fields_type{};
  json::Value fields_v1{};
  std::string subresource{};
};
void describe(schema::Object<ManagedFieldsEntry>& entry);

/// The metadata of every object. A value; the server fills in what is the server's.
struct ObjectMeta {
  std::string name{};
  std::string generate_name{};
  std::string name_space{};
  std::string uid{};
  std::string resource_version{};
  std::int64_t generation{};
  std::optional<Time> creation_timestamp{};
  std::optional<Time> deletion_timestamp{};
  std::optional<std::int64_t> deletion_grace_period_seconds{};
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  std::vector<OwnerReference> owner_references{};
  std::vector<std::string> finalizers{};
  std::vector<ManagedFieldsEntry> managed_fields{};
};
void describe(schema::Object<ObjectMeta>& metadata);

}  // namespace annex::meta
