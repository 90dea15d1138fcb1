// Round trips: whether conversions between versions keep what clients write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annex/json/value.h"
#include "annex/server/server.h"

namespace annex::testing {

/// How much is tried.
struct RoundTripOptions {
  /// Repeats a run; without it each run has one of its own, which its result tells.
  std::optional<std::uint64_t> seed{};
  std::size_t rounds = 500;  ///< documents of each version of each resource
  /// Makes a random document one that a client could mean, where not every combination of fields
  /// is: called with the resource's plural, the version and the document. May be empty.
  std::function<void(const std::string& resource, const std::string& version, json::Value&)>
      adjust{};
};

/// What a run found: with `seed` it can be repeated.
struct RoundTripResult {
  std::uint64_t seed{};     ///< for RoundTripOptions
  std::size_t documents{};  ///< that were tried
  /// What did not come back, each with what was written and what was read: at most one a version.
  std::vector<std::string> lost{};
  /// Fields, as "loaves v1 spec.flour", for which no value could be made up (those with a pattern).
  std::vector<std::string> untried{};

  /// All of it in a text for a failed test.
  std::string text() const;
};

/// Makes documents in which every described field is filled in sooner or later, in each version
/// that is served, and takes each the way of a stored object: to the hub form, to the bytes of the
/// stored version, and back. A field that does not come back is lost to whoever wrote it. `server`
/// need not run. Throws std::runtime_error with its sentences if it is described wrongly.
RoundTripResult check_round_trips(const Server& server, const RoundTripOptions& options = {});

}  // namespace annex::testing
