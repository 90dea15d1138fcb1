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
  std::string api_version{};                   ///< of the owner
  std::string kind{};                          ///< of the owner
  std::string name{};                          ///< in the same namespace, or in none
  std::string uid{};                           ///< of the owner
  std::optional<bool> controller{};            ///< at most one owner is
  std::optional<bool> block_owner_deletion{};  ///< in the foreground

  bool operator==(const OwnerReference&) const = default;
};
void describe(schema::Object<OwnerReference>& reference);

/// One of `metadata.managedFields`: which fields a manager has set, in which version. annex keeps
/// them.
struct ManagedFieldsEntry {
  std::string manager{};       ///< who wrote
  std::string operation{};     ///< "Apply" or "Update"
  std::string api_version{};   ///< that was written in
  std::optional<Time> time{};  ///< of the last change
  std::string fields_type{};   ///< "FieldsV1"
  json::Value fields_v1{};     ///< the fields
  std::string subresource{};   ///< through which; else empty
};
void describe(schema::Object<ManagedFieldsEntry>& entry);

/// The metadata of every object. A value; the server fills in what is the server's.
struct ObjectMeta {
  std::string name{};                        ///< unique in its namespace
  std::string generate_name{};               ///< begins a name that the server makes
  std::string name_space{};                  ///< empty: none
  std::string uid{};                         ///< never used again
  std::string resource_version{};            ///< of the last change
  std::int64_t generation{};                 ///< counts changes of what is wanted
  std::optional<Time> creation_timestamp{};  ///< set by the server
  std::optional<Time> deletion_timestamp{};  ///< set once it is to go
  std::optional<std::int64_t> deletion_grace_period_seconds{};  ///< given when it is to go
  std::map<std::string, std::string> labels{};                  ///< selected by
  std::map<std::string, std::string> annotations{};             ///< not selected by
  std::vector<OwnerReference> owner_references{};               ///< without whom it goes
  std::vector<std::string> finalizers{};                        ///< it stays until there are none
  std::vector<ManagedFieldsEntry> managed_fields{};             ///< kept by the server
};
void describe(schema::Object<ObjectMeta>& metadata);

}  // namespace annex::meta
