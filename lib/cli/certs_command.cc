#include <CLI/CLI.hpp>
#include <iostream>
#include <thread>

#include "cli/cluster_flags.h"
#include "cli/plan_flags.h"
#include "cli/setup_commands.h"
#include "setup/renewal.h"

namespace annex::cli {
namespace {

struct CertsFlags {
  setup::PlanOptions plan{};
  ClusterFlags cluster{};
  std::string folder{};
  std::vector<std::string> names{};
  bool manage = false;
  bool force = false;
  bool force_ca = false;
  bool dry_run = false;
};

void add_flags(CLI::App& app, const Server& server, CertsFlags& flags) {
  add_name_flags(app, server, flags.plan);
  add_cluster_flags(app, flags.cluster);
  app.add_option(
         "--folder", flags.folder,
         "Keep them in this folder (ca.crt, ca.key, tls.crt, tls.key), for a server that is "
         "not in a cluster; by default they are in the Secret that install makes")
      ->type_name("DIR");
  app.add_option("--extra-name", flags.names,
                 "A further DNS name or address for the certificate; may be given again")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_flag("--manage-apiservice", flags.manage,
               "Write the CAs into the caBundle of the server's own APIServices");
  app.add_flag("--force", flags.force, "Issue a certificate though none is due");
  app.add_flag("--new-ca", flags.force_ca,
               "Make a CA though none is due; it signs once it has been trusted for a day");
  app.add_flag("--dry-run", flags.dry_run, "Tell what would be done, and do nothing");
}

}  // namespace

int run_certs(const CommandRun& run) {
  CLI::App app(
      "Renew this server's CA and serving certificate: what is due at two thirds of its life, or "
      "cannot be used. The server takes the new certificate without a restart.");
  CertsFlags flags;
  add_flags(app, run.server, flags);
  if (const auto code = run.parse(app)) return *code;
  const Result<setup::Plan> plan = setup::make_plan(run.server, flags.plan);
  if (!plan) return run.fail(plan.error());

  ClusterConnection cluster;
  if (flags.folder.empty() || flags.manage) {
    Result<ClusterConnection> connected = connect(flags.cluster, run.environment);
    if (!connected) return run.fail(connected.error());
    cluster = std::move(*connected);
  }
  const std::unique_ptr<setup::CertificateKeeper> keeper =
      flags.folder.empty() ? setup::keep_in_secret(*plan, *cluster.objects)
                           : setup::keep_in_folder(flags.folder);
  std::unique_ptr<kube::Objects> api_services;
  if (flags.manage) api_services = manage_as(cluster, setup::kCertificateManager, run.environment);

  setup::RenewalOptions options;
  options.policy.names = setup::serving_names(plan->service, plan->namespace_name);
  for (std::string& name : flags.names) options.policy.names.push_back(std::move(name));
  options.policy.force_certificate = flags.force;
  options.policy.force_ca = flags.force_ca;
  options.dry_run = flags.dry_run;
  options.api_services = api_services.get();
  options.tell = [](const std::string& line) { std::cout << line << "\n"; };
  const Result<setup::Renewal> renewal =
      setup::renew_kept(*plan, *keeper, options, run.environment.clock.wall_now());
  if (!renewal) return run.fail(renewal.error());
  std::cout << (flags.dry_run ? "That is what would be done" : "Nothing else is due")
            << "; something is due again at " << setup::time_text(renewal->next) << "\n";
  return kDone;
}

}  // namespace annex::cli
