// What differs between what a server gave and what a test wants, in words: for any test framework.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/json/value.h"

namespace annex::testing {

/// Compares what a test knows: `wanted`, in JSON or YAML, names the members that matter, at any
/// depth; what else `actual` has may be as it is. `null` stands for a member that must not be
/// there. Lists are compared as a whole, item by item in the same way. Empty if nothing differs,
/// else a line for each difference, such as `spec.flour is "rye", not "oat"`: so that the test of
/// any framework is whether it equals "". Of objects, lists, tables, whatever was read as JSON; of
/// a struct with `schema::encode`.
std::string difference(const json::Value& actual, std::string_view wanted);
/// The same with a value at hand.
std::string value_difference(const json::Value& actual, const json::Value& wanted);

/// What a test knows of the answer to a request that failed.
struct WantedStatus {
  int code{};             ///< 404 and so on; 0: whatever
  std::string reason{};   ///< such as "NotFound"; empty: whatever
  std::string message{};  ///< a part of it
  /// Fields of the causes, such as "spec.flour", in any order and no others; absent: whatever.
  std::optional<std::vector<std::string>> fields{};
};

/// As above: `actual` must be a Status of a failure, as every error's body is.
std::string status_difference(const json::Value& actual, const WantedStatus& wanted);

/// As above, of an event of a watch: its type ("ADDED", "MODIFIED", "DELETED", "BOOKMARK") and its
/// object. A null event, as one that did not come, differs from all.
std::string event_difference(const json::Value& actual, std::string_view type,
                             std::string_view wanted_object = "{}");

}  // namespace annex::testing
