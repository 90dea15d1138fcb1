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
/// `--extra-name`.
void add_extra_names(CLI::App& app, setup::PlanOptions& options);
/// The rest of what its objects are made of. Reads what files the flags name.
class WorkloadFlags {
 public:
  /// `app` and `options` outlive the parsing, and this.
  WorkloadFlags(CLI::App& app, const Server& server, setup::PlanOptions& options);
  /// After the parsing. BadRequest: a file cannot be read, or flags contradict each other.
  Result<void> finish();

 private:
  setup::PlanOptions& options_;
  bool without_kube_system_ = false;
  std::string front_proxy_ca_file_;
  std::string client_ca_file_;
  std::string allowed_names_;
};

}  // namespace annex::cli
