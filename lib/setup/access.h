// Who may what: the server's own rights, its users', and those of whoever installs it.
#pragma once

#include <vector>

#include "setup/item.h"

namespace annex::setup {

/// The server's account and its rights (to ask who calls and what they may, to read whose
/// certificates count, and to read namespaces), and the ClusterRoles by which `view`, `edit` and
/// `admin` reach what it serves.
std::vector<Item> access_items(const Plan& plan);

}  // namespace annex::setup
