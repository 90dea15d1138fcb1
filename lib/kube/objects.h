// The objects of one cluster, by where they are: what a tool does with them, a call each.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "annex/json/value.h"
#include "annex/kube/client.h"
#include "annex/util/clock.h"
#include "annex/util/random.h"
#include "annex/util/result.h"

namespace annex::kube {

/// A collection of objects.
struct Place {
  std::string api_version{};     ///< "v1", "apps/v1"
  std::string plural{};          ///< "deployments"
  std::string namespace_name{};  ///< empty: the cluster's scope

  /// "apps"; empty for the core group.
  std::string group() const;
  /// The path of the collection, or of the object called `name`, encoded.
  std::string path(std::string_view name = {}) const;
};

enum class Change { kNone, kCreated, kChanged };

struct Applied {
  Change change = Change::kNone;
  json::Value object{};  ///< as the cluster has it now
};

struct ApplyOptions {
  bool force = false;     ///< takes fields over from other managers
  bool dry_run = false;   ///< the cluster says what would be, and keeps nothing
  std::string manager{};  ///< whose fields they are; empty: the usual one's
};

/// What a SelfSubjectAccessReview asks.
struct Right {
  std::string verb{};
  std::string group{};
  std::string resource{};
  std::string subresource{};
  std::string namespace_name{};
  std::string name{};

  bool operator==(const Right&) const = default;
};

struct ObjectsOptions {
  std::string manager = "annex";                       ///< whose fields applied ones are
  util::Duration attempt = std::chrono::seconds(10);   ///< for one answer
  util::Duration patience = std::chrono::seconds(20);  ///< for one call with its repetitions
};

/// The Error that a failed answer tells: its Status' message and reason.
Error error_of(const Answer& answer);

/// Calls a cluster for objects. Errors are the cluster's own, of its reason, or ServiceUnavailable
/// and Timeout if no answer came; what may pass is tried again within the patience. One thread at a
/// time; what it is made of outlives it.
class Objects {
 public:
  Objects(Client& client, util::Clock& clock, util::Random& random, Sleep sleep,
          ObjectsOptions options = {});

  /// Nothing if there is no such object, or no such kind.
  Result<std::optional<json::Value>> get(const Place& place, const std::string& name);
  /// All items, in one answer; `label_selector` may be empty.
  Result<json::Array> list(const Place& place, const std::string& label_selector);
  /// Server-side apply of a whole object, as its `metadata.name` is called.
  Result<Applied> apply(const Place& place, const json::Value& object, ApplyOptions options = {});
  /// False if there was none. What it owns is removed in the background.
  Result<bool> remove(const Place& place, const std::string& name, bool dry_run = false);
  /// What `object` becomes when it is created in `place`: reviews and the like.
  Result<json::Value> create(const Place& place, const json::Value& object);
  /// Whether the caller has this right, by SelfSubjectAccessReview.
  Result<bool> may(const Right& right);
  /// Any GET; an answer of 400 and above is an error.
  Result<Answer> read(const std::string& path, const std::string& accept = "application/json");

 private:
  Result<Answer> call(const Call& call);

  Client& client_;
  util::Clock& clock_;
  util::Random& random_;
  const Sleep sleep_;
  const ObjectsOptions options_;
};

}  // namespace annex::kube
