// The flags that say which cluster a command works on.
#pragma once

#include <memory>
#include <string>

#include "annex/kube/client.h"
#include "annex/server/options.h"
#include "kube/objects.h"

namespace CLI {
class App;
}

namespace annex::cli {

struct ClusterFlags {
  std::string kubeconfig{};
  std::string context{};
};

/// `flags` outlives the parsing.
void add_cluster_flags(CLI::App& app, ClusterFlags& flags);

/// A connection of the command's own. `environment` outlives it.
struct ClusterConnection {
  std::unique_ptr<kube::Client> client{};
  std::unique_ptr<kube::Objects> objects{};  ///< over the same client
  std::string server{};                      ///< "10.0.0.1:6443"
};

/// To the cluster that the flags name, else KUBECONFIG, else `~/.kube/config`, else the pod's own.
/// BadRequest: none of them is there, or it cannot be used. Nothing is called yet.
Result<ClusterConnection> connect(const ClusterFlags& flags, Environment environment);

/// Asks the cluster for its version, so that a wrong address is told at once, and as what it is.
/// ServiceUnavailable: it does not answer. Unauthorized: it does not know the caller.
Result<void> reach(const ClusterConnection& connection, Environment environment);

}  // namespace annex::cli
