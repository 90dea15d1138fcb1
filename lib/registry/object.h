// The members of an object that the engine itself reads and writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"

namespace annex::registry {

/// The object's metadata; made if there is none. Requires: `object` is an object.
json::Object& metadata(json::Value& object);
const json::Object& metadata(const json::Value& object);

/// Sets the member, in its place by the type: what stands in order is in normal form, and is read
/// and written with less work.
void set_meta(json::Value& object, std::string_view name, json::Value value);
/// A string member of metadata; empty if there is none.
const std::string& meta_text(const json::Value& object, std::string_view name);
std::int64_t meta_number(const json::Value& object, std::string_view name);
bool has_meta(const json::Value& object, std::string_view name);
/// Takes the member from `from`, or removes it where `from` has none.
void copy_meta(json::Value& object, const json::Value& from, std::string_view name);
void copy_member(json::Value& object, const json::Value& from, std::string_view name);

std::vector<std::string> finalizers(const json::Value& object);
void set_finalizers(json::Value& object, const std::vector<std::string>& names);

/// Drops ownerReferences that equal an earlier one; their uids.
std::vector<std::string> drop_duplicate_owners(json::Value& object);
/// The Warning for what `drop_duplicate_owners` found.
std::string duplicate_owners_warning(const std::vector<std::string>& uids, bool after_admission);

/// Equality of all but metadata and status: what generation counts.
bool same_desired_state(const json::Value& a, const json::Value& b);

}  // namespace annex::registry
