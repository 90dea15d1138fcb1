#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/plan_flags.h"
#include "cli/setup_commands.h"
#include "setup/manifests.h"

namespace annex::cli {

int run_manifests(const CommandRun& run) {
  CLI::App app("Print the objects that this server needs in a cluster, as YAML.");
  setup::PlanOptions options;
  add_name_flags(app, run.server, options);
  add_workload_flags(app, run.server, options);
  if (const auto code = run.parse(app)) return *code;
  options.arguments = run.rest;
  const Result<setup::Plan> plan = setup::make_plan(run.server, options);
  if (!plan) return run.fail(plan.error());
  std::cout << setup::write_manifests(setup::make_manifests(*plan));
  return kDone;
}

}  // namespace annex::cli
