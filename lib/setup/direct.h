// The doctor's way to a server past the Kubernetes API.
#pragma once

#include <memory>

#include "setup/doctor.h"

namespace annex::setup {

/// Over the network, each attempt within `patience`. `clock` outlives it.
std::unique_ptr<Direct> meet_directly(util::Clock& clock, util::Duration patience);

}  // namespace annex::setup
