// All objects that a server needs in a cluster.
#pragma once

#include <string>
#include <vector>

#include "setup/item.h"

namespace annex::setup {

/// In the order in which they are applied.
std::vector<Item> make_manifests(const Plan& plan);

/// One YAML text of all of them.
std::string write_manifests(const std::vector<Item>& items);

}  // namespace annex::setup
