// What runs the server in the cluster.
#pragma once

#include <vector>

#include "setup/item.h"

namespace annex::setup {

/// The StatefulSet or Deployment, and a PodDisruptionBudget where one cannot block a drain.
std::vector<Item> workload_items(const Plan& plan);

/// The arguments of its container.
std::vector<std::string> server_arguments(const Plan& plan);

/// The claim that a StatefulSet's volume comes from: it outlives all else.
std::string claim_name(const Plan& plan);

}  // namespace annex::setup
