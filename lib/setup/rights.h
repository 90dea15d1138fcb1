// The rights that setting a server up takes.
#pragma once

#include <string>
#include <vector>

#include "kube/objects.h"
#include "setup/item.h"

namespace annex::setup {

/// What whoever applies `items` must be allowed, each once. Kubernetes lets nobody give rights that
/// he lacks: so what the items' roles grant is among them, and `bind` for the roles that they name.
std::vector<kube::Right> rights_to_install(const Plan& plan, const std::vector<Item>& items);

/// "create services in namespace bakery", "bind clusterroles.rbac.authorization.k8s.io
/// "system:auth-delegator"".
std::string right_text(const kube::Right& right);

/// The ClusterRole of an installer: to install, to look after it, and to uninstall.
Item installer_role(const Plan& plan, const std::vector<Item>& items);

}  // namespace annex::setup
