#include <CLI/CLI.hpp>
#include <iostream>
#include <thread>

#include "annex/server/server.h"
#include "cli/cluster_flags.h"
#include "cli/duration_flag.h"
#include "cli/plan_flags.h"
#include "cli/setup_commands.h"
#include "setup/certificate_folder.h"
#include "setup/install.h"

namespace annex::cli {
namespace {

setup::Tools tools_of(const ClusterConnection& connection, const CommandRun& run) {
  util::Clock& clock = run.environment.clock;
  return {*connection.objects, clock,
          [&clock](util::TimePoint until) {
            std::this_thread::sleep_for(until - clock.now());
            return true;
          },
          // Told at once, also into a pipe.
          [](const std::string& line) { std::cout << line << std::endl; }};
}

void add_dry_run(CLI::App& app, bool& dry_run) {
  app.add_flag("--dry-run", dry_run, "Only tell what would be done; the cluster is asked");
}

/// Says what leads to the server outside, and how it is started.
void explain_external(const setup::Plan& plan, const std::string& folder, const CommandRun& run) {
  const bool by_name = plan.external->kind == setup::External::Kind::kName;
  std::cout << (by_name ? "a DNS name: an ExternalName Service, which works only where "
                          "kube-apiserver runs without --enable-aggregator-routing"
                        : "an address: a Service without selector, and an EndpointSlice")
            << "\nstart the server there with: " << run.server.name() << " --secure-port "
            << plan.port << " --tls-cert-file " << folder << "/tls.crt --tls-private-key-file "
            << folder << "/tls.key --kubeconfig FILE --authentication-kubeconfig FILE "
            << "--authorization-kubeconfig FILE" << std::endl;
}

}  // namespace

int run_install(const CommandRun& run) {
  CLI::App app(
      "Put into a cluster what this server needs there, and wait until the cluster serves its "
      "kinds. Again, it changes only what is not as it should be.");
  setup::PlanOptions names;
  setup::InstallOptions options;
  ClusterFlags cluster;
  std::string folder;
  add_name_flags(app, run.server, names);
  WorkloadFlags workload(app, run.server, names);
  add_cluster_flags(app, cluster);
  CLI::Option* const external =
      app.add_option("--external", names.external,
                     "Register a server that runs outside of the cluster, at this address or DNS "
                     "name, which the cluster can reach")
          ->type_name("HOST:PORT");
  app.add_option("--certificates-dir", folder,
                 "With --external: where the server's certificate is, or is made")
      ->type_name("DIR")
      ->needs(external);
  app.add_flag("--force", options.force, "Take over what somebody else has in the cluster");
  app.add_flag_function(
      "--no-wait", [&options](std::int64_t) { options.wait = false; },
      "End when everything is applied, before the server is known to answer");
  add_dry_run(app, options.dry_run);
  add_duration_flag(app, "--timeout", options.timeout, "How long to wait, for all together");
  if (const auto code = run.parse(app)) return *code;
  if (const Result<void> read = workload.finish(); !read) return run.fail(read.error());
  names.arguments = run.rest;
  const Result<setup::Plan> plan = setup::make_plan(run.server, names);
  if (!plan) return run.fail(plan.error());
  if (plan->image.empty() && !plan->external) {
    return run.fail(
        Error::bad_request("which image? Give --image, such as "
                           "--image registry.example.com/" +
                           plan->name + ":v1, or --external HOST:PORT"));
  }
  const Result<ClusterConnection> connection = connect(cluster, run.environment);
  if (!connection) return run.fail(connection.error());
  if (const Result<void> there = reach(*connection, run.environment); !there) {
    return run.fail(there.error());
  }
  options.program = run.server.name();
  if (plan->external) {
    if (folder.empty()) folder = plan->name + "-certificates";
    Result<setup::CertificateSet> kept = setup::read_certificates(folder);
    if (!kept) return run.fail(kept.error());
    options.certificates = std::move(*kept);
    options.on_certificates = [&](const setup::CertificateSet& set) {
      return setup::write_certificates(folder, set);
    };
    explain_external(*plan, folder, run);
  }
  const Result<void> done = setup::install(*plan, options, tools_of(*connection, run));
  return done ? kDone : run.fail(done.error());
}

int run_uninstall(const CommandRun& run) {
  CLI::App app(
      "Take out of a cluster what install has put there, but for the volume claim and its "
      "namespace.");
  setup::PlanOptions names;
  setup::UninstallOptions options;
  ClusterFlags cluster;
  add_name_flags(app, run.server, names);
  add_cluster_flags(app, cluster);
  app.add_flag("--delete-data", options.delete_data,
               "Remove the volume claim, with all objects, and the namespace, too");
  add_dry_run(app, options.dry_run);
  add_duration_flag(app, "--timeout", options.timeout, "How long to wait, for all together");
  if (const auto code = run.parse(app)) return *code;
  const Result<setup::Plan> plan = setup::make_plan(run.server, names);
  if (!plan) return run.fail(plan.error());
  const Result<ClusterConnection> connection = connect(cluster, run.environment);
  if (!connection) return run.fail(connection.error());
  if (const Result<void> there = reach(*connection, run.environment); !there) {
    return run.fail(there.error());
  }
  const Result<void> done = setup::uninstall(*plan, options, tools_of(*connection, run));
  return done ? kDone : run.fail(done.error());
}

}  // namespace annex::cli
