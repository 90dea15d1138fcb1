// Condition: one aspect of an object's state, as a member of its status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "annex/meta/time.h"
#include "annex/schema/describe.h"

namespace annex::meta {

/// What is known about one aspect (apimachinery `pkg/apis/meta/v1/types.go`). Described as a list
/// with `.list_map("type")`, each aspect is there once. A value.
struct Condition {
  std::string type{};                                 ///< such as "Ready"
  std::string status = "Unknown";                     ///< True, False or Unknown
  std::optional<std::int64_t> observed_generation{};  ///< of the object, for which it was found
  Time last_transition_time{};                        ///< when the status last changed
  std::string reason{};                               ///< in one word
  std::string message{};                              ///< for people

  bool operator==(const Condition&) const = default;
};
void describe(schema::Object<Condition>& condition);

}  // namespace annex::meta
