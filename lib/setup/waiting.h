// What an installation waits for, each told as it changes.
#pragma once

#include <string>

#include "setup/install.h"

namespace annex::setup {

/// Until the workload's replicas are ready. Timeout: with what the cluster last said of them.
Result<void> wait_for_workload(const Plan& plan, const Item& workload, util::TimePoint deadline,
                               const Tools& tools);
/// Until the aggregator believes in the APIService.
Result<void> wait_for_api_service(const Item& api_service, util::TimePoint deadline,
                                  const Tools& tools);
/// Until the cluster's discovery, by which kubectl finds kinds, has all versions.
Result<void> wait_for_discovery(const Plan& plan, util::TimePoint deadline, const Tools& tools);
/// Until the object is gone.
Result<void> wait_for_end(const Item& item, util::TimePoint deadline, const Tools& tools);
/// One list of each version through the aggregator, which must be answered.
Result<void> list_everything(const Plan& plan, util::TimePoint deadline, const Tools& tools);

}  // namespace annex::setup
