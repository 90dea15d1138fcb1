// Watching through a client: from its bytes to events.
#pragma once

#include <functional>
#include <string>

#include "annex/json/value.h"
#include "annex/kube/client.h"

namespace annex::kube {

/// What became of a watch.
enum class WatchEnd {
  kOver,     ///< it can go on from the last resourceVersion
  kExpired,  ///< the changes since then are not to be had any more: list again
  kRefused,  ///< another answer than events came
  kBroken,   ///< no answer, or one that makes no sense
};

/// One GET of `path`, which asks for a watch: gives each event's type ("ADDED", "BOOKMARK"...) and
/// object to `on_event`, on this thread, until it ends. Blocks. `status`, if not null, is the
/// answer's, 0 without one.
WatchEnd watch(
    Client& client, const std::string& path,
    const std::function<void(const std::string& type, const json::Value& object)>& on_event,
    int* status);

/// The message of an answer's Status, or its code.
std::string told_by(const Answer& answer);

}  // namespace annex::kube
