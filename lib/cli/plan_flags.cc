#include "cli/plan_flags.h"

#include <CLI/CLI.hpp>
#include <map>

#include "annex/server/server.h"

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

void add_workload_flags(CLI::App& app, const Server& server, setup::PlanOptions& options) {
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
  const std::map<std::string, setup::Issuer> issuers = {
      {"own", setup::Issuer::kOwn}, {"cert-manager", setup::Issuer::kCertManager}};
  app.add_option("--certificates", options.issuer,
                 "Who makes its certificate: own (a CA for it alone) or cert-manager, which must "
                 "run in the cluster")
      ->type_name("ISSUER")
      ->transform(CLI::CheckedTransformer(issuers));
  app.footer("What follows -- is given to the server as it is, such as: -- --v=2");
}

}  // namespace annex::cli
