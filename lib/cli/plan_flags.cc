#include "cli/plan_flags.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "annex/server/server.h"
#include "annex/tls/certificate.h"
#include "kube/files.h"

namespace annex::cli {

void add_name_flags(CLI::App& app, const Server& server, setup::PlanOptions& options) {
  app.add_option("--name", options.name,
                 "The name of its workload and its account; by default " + server.name())
      ->type_name("NAME");
  app.add_option("--namespace", options.namespace_name,
                 "The namespace that it runs in; by default called like it")
      ->type_name("NAME");
  app.add_option("--service", options.service,
                 "The Service that kube-apiserver calls; by default called like it")
      ->type_name("NAME");
}

void add_extra_names(CLI::App& app, setup::PlanOptions& options) {
  app.add_option("--extra-name", options.extra_names,
                 "A further DNS name or address for the certificate; may be given again. Those "
                 "that it has stay until others are given")
      ->type_name("NAME")
      ->allow_extra_args(false);
}

WorkloadFlags::WorkloadFlags(CLI::App& app, const Server& server, setup::PlanOptions& options)
    : options_(options) {
  app.add_option("--image", options.image, "The image; its entry point is this program")
      ->type_name("IMAGE");
  std::string stores;
  for (const StoreKind& kind : server.stores()) {
    stores += stores.empty() ? kind.name + " (the default)" : ", " + kind.name;
  }
  app.add_option("--store", options.store, "Where objects are kept: " + stores)
      ->type_name("NAME[:LOCATION]");
  app.add_option("--port", options.port, "The port that it listens on in its pod")
      ->type_name("PORT")
      ->capture_default_str();
  app.add_option("--volume-size", options.volume_size, "How large a volume it claims")
      ->type_name("SIZE")
      ->capture_default_str();
  app.add_option("--storage-class", options.storage_class,
                 "Of which class; by default the cluster's")
      ->type_name("NAME");
  app.add_option_function<std::string>(
         "--certificates",
         [&options](const std::string& issuer) {
           if (issuer != "own" && issuer != "cert-manager") {
             throw CLI::ValidationError("--certificates", "is own or cert-manager, not " + issuer);
           }
           options.issuer = issuer == "own" ? setup::Issuer::kOwn : setup::Issuer::kCertManager;
         },
         "Who makes its certificate: own (a CA for it alone; the default) or cert-manager, which "
         "must run in the cluster")
      ->type_name("ISSUER");
  add_extra_names(app, options);
  app.add_flag("--renew-certificates", options.renews,
               "Let the server renew its own certificate and what trusts it, with rights to just "
               "these objects");
  CLI::Option* const without =
      app.add_flag("--without-kube-system", without_kube_system_,
                   "Put nothing into kube-system, where some platforms let nobody write: the "
                   "server gets a copy of what it would read there, which must be renewed by "
                   "installing again when the cluster's front proxy gets another CA");
  app.add_option("--requestheader-client-ca-file", front_proxy_ca_file_,
                 "With --without-kube-system: the CA, in PEM, of the cluster's front proxy; by "
                 "default install copies it")
      ->type_name("FILE")
      ->needs(without);
  app.add_option("--requestheader-allowed-names", allowed_names_,
                 "With --requestheader-client-ca-file: the front proxy's common names")
      ->type_name("NAMES")
      ->needs(without);
  app.add_option("--client-ca-file", client_ca_file_,
                 "With --requestheader-client-ca-file: the CA, in PEM, of client certificates")
      ->type_name("FILE")
      ->needs(without);
  app.footer("What follows -- is given to the server as it is, such as: -- --v=2");
}

Result<void> WorkloadFlags::finish() {
  if (!without_kube_system_) return {};
  setup::Trust trust;
  if (front_proxy_ca_file_.empty() && !(client_ca_file_.empty() && allowed_names_.empty())) {
    return Error::bad_request(
        "--client-ca-file and --requestheader-allowed-names go with "
        "--requestheader-client-ca-file");
  }
  const std::pair<const std::string*, std::string*> files[] = {
      {&front_proxy_ca_file_, &trust.front_proxy_ca}, {&client_ca_file_, &trust.client_ca}};
  for (const auto& each : files) {
    if (each.first->empty()) continue;
    Result<std::string> text = kube::read_small_file(*each.first);
    if (!text) return text.error();
    if (const auto pool = tls::CaPool::from_pem(*text); !pool) {
      return Error::bad_request(*each.first + ": " + pool.error().message);
    }
    *each.second = std::move(*text);
  }
  trust.allowed_names = allowed_names_;
  options_.trust = std::move(trust);
  return {};
}

}  // namespace annex::cli
