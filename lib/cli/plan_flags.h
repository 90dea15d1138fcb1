// The flags that say how a server shall run in a cluster.
#pragma once

#include "setup/plan.h"

namespace CLI {
class App;
}

namespace annex::cli {

/// `--name`, `--namespace`, `--service`: which installation is meant. `options` outlives the
/// parsing.
void add_name_flags(CLI::App& app, const Server& server, setup::PlanOptions& options);
/// The rest of what its objects are made of.
void add_workload_flags(CLI::App& app, const Server& server, setup::PlanOptions& options);

}  // namespace annex::cli
