#include <CLI/CLI.hpp>
#include <iostream>
#include <thread>

#include "cli/cluster_flags.h"
#include "cli/plan_flags.h"
#include "cli/renewal_flags.h"
#include "cli/setup_commands.h"
#include "setup/renewal.h"
#include "setup/serving.h"

namespace annex::cli {
namespace {

struct CertsFlags {
  setup::PlanOptions plan{};
  ClusterFlags cluster{};
  std::string folder{};
  CertificateTimes times{};
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
  add_extra_names(app, flags.plan);
  app.add_flag("--manage-apiservice", flags.manage,
               "Write the CAs into the caBundle of the server's own APIServices");
  add_certificate_times(app, flags.times);
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

  setup::RenewalOptions options;
  options.policy = setup::certificate_policy(*plan);
  if (const auto set = set_certificate_times(flags.times, options.policy); !set) {
    return run.fail(set.error());
  }
  options.policy.force_certificate = flags.force;
  options.policy.force_ca = flags.force_ca;
  options.dry_run = flags.dry_run;
  if (flags.manage) options.api_services = cluster.objects.get();
  options.tell = [](const std::string& line) { std::cout << line << "\n"; };
  const Result<setup::Renewal> renewal =
      setup::renew_kept(*plan, *keeper, options, run.environment.clock.wall_now());
  if (!renewal) return run.fail(renewal.error());
  std::cout << (flags.dry_run ? "That is what would be done" : "Nothing else is due")
            << "; something is due again at " << setup::time_text(renewal->next) << "\n";
  return kDone;
}

}  // namespace annex::cli
