#include "cli/renewal_flags.h"

#include <CLI/CLI.hpp>
#include <stop_token>
#include <utility>

#include "cli/cluster_flags.h"
#include "cli/duration_flag.h"
#include "cli/flags.h"
#include "kube/files.h"
#include "setup/renewal_task.h"
#include "setup/serving.h"

namespace annex::cli {
namespace {

constexpr const char* kOwnNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Everything that the task works with, in the order in which it is made.
struct Renewing {
  ClusterConnection cluster{};
  std::unique_ptr<setup::RenewalTask> task{};
};

Result<setup::Plan> find_plan(const Server& server, const RenewalFlags& flags) {
  setup::PlanOptions options;
  options.name = flags.name;
  const std::size_t dot = flags.service.find('.');
  if (dot != std::string::npos) {
    options.service = flags.service.substr(0, dot);
    options.namespace_name = flags.service.substr(dot + 1);
  } else {
    options.service = flags.service;
    const Result<std::string> own = kube::read_small_file(kOwnNamespace);
    if (!own) {
      return Error::bad_request("--certificate-service is needed outside of a pod, such as " +
                                server.name() + ".NAMESPACE");
    }
    options.namespace_name = kube::trimmed(*own);
  }
  return setup::make_plan(server, options);
}

}  // namespace

void add_certificate_times(CLI::App& app, CertificateTimes& times) {
  add_duration_flag(app, "--certificate-life", times.life,
                    "How long a certificate holds that is issued; it is renewed after two thirds");
  add_duration_flag(app, "--certificate-overlap", times.overlap,
                    "How long a new CA is trusted before it signs, and an old one after; longer "
                    "than a changed Secret takes to be in the pod");
}

Result<void> set_certificate_times(const CertificateTimes& times,
                                   setup::CertificatePolicy& policy) {
  if (times.overlap < util::Duration::zero() || times.life <= times.overlap * 3) {
    return Error::bad_request(
        "--certificate-life must be more than three times the --certificate-overlap");
  }
  policy.life = times.life;
  policy.overlap = times.overlap;
  return {};
}

void add_renewal_flags(CLI::App& app, RenewalFlags& flags) {
  app.add_option("--renew-certificates", flags.where,
                 "Renew the server's own CA and certificate while it runs: \"secret\", where "
                 "install has put them, or a folder, which it then serves from")
      ->type_name("secret|DIR");
  app.add_option(
         "--certificate-service", flags.service,
         "For which Service: NAME, or NAME.NAMESPACE; by default called like the server, in "
         "the pod's namespace")
      ->type_name("NAME");
  app.add_option("--installed-as", flags.name,
                 "With --renew-certificates: the --name that it was installed with")
      ->type_name("NAME");
  add_certificate_times(app, flags.times);
  app.add_flag("--manage-apiservice", flags.manage,
               "With --renew-certificates: write the CAs into the caBundle of the server's own "
               "APIServices, on rights to get and patch these");
}

Result<void> renew_own_certificates(Server& server, Flags& flags, Environment environment) {
  const RenewalFlags& wanted = flags.renewal;
  if (wanted.where.empty()) {
    if (!wanted.manage && wanted.service.empty() && wanted.name.empty()) return {};
    return Error::bad_request(
        "--manage-apiservice, --certificate-service and --installed-as belong to "
        "--renew-certificates");
  }
  const bool in_secret = wanted.where == "secret";
  if (!in_secret && !flags.tls_cert_file.empty()) {
    return Error::bad_request(
        "--renew-certificates with a folder serves from there: --tls-cert-file is too much");
  }
  const Result<setup::Plan> plan = find_plan(server, wanted);
  if (!plan) return plan.error();
  auto renewing = std::make_shared<Renewing>();
  if (in_secret || wanted.manage) {
    Result<ClusterConnection> connected = connect({flags.auth.kubeconfig, {}}, environment);
    if (!connected) return connected.error();
    renewing->cluster = std::move(*connected);
  }
  setup::RenewalOptions options;
  options.policy = setup::certificate_policy(*plan);
  if (const Result<void> set = set_certificate_times(wanted.times, options.policy); !set) {
    return set.error();
  }
  if (wanted.manage) options.api_services = renewing->cluster.objects.get();
  renewing->task = std::make_unique<setup::RenewalTask>(
      *plan,
      in_secret ? setup::keep_in_secret(*plan, *renewing->cluster.objects)
                : setup::keep_in_folder(wanted.where),
      std::move(options), environment);
  if (!in_secret) {
    Result<void> done = renewing->task->round();
    flags.tls_cert_file = wanted.where + "/tls.crt";
    flags.tls_private_key_file = wanted.where + "/tls.key";
    if (!done && !kube::read_small_file(flags.tls_cert_file)) return done;
  }
  server.task({"certificate-renewal", [renewing](const std::stop_token& stop) {
                 const std::stop_callback end(stop, [&] {
                   if (renewing->cluster.client) renewing->cluster.client->stop();
                 });
                 renewing->task->run(stop);
               }});
  return {};
}

}  // namespace annex::cli
