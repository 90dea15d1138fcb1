// A client of the Kubernetes API whose calls are counted.
#pragma once

#include <memory>
#include <string>

#include "annex/kube/client.h"
#include "annex/server/metrics.h"
#include "annex/util/clock.h"

namespace annex::detail {

/// Counts the calls of `client` as `<name>_total` and `<name>_duration_seconds`, by code; those
/// that got no answer under "<error>". What is referred to outlives it.
std::shared_ptr<kube::Client> count_calls(std::shared_ptr<kube::Client> client, std::string name,
                                          Metrics& metrics, const util::Clock& clock);

}  // namespace annex::detail
