#include "cli/cluster_flags.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <thread>
#include <utility>

#include "annex/kube/config.h"

namespace annex::cli {
namespace {

constexpr util::Duration kFirstAnswer = std::chrono::seconds(5);

/// As kubectl looks for it, but for KUBECONFIG's further files, which would have to be merged.
std::string default_kubeconfig() {
  const std::string listed = kube::process_variable("KUBECONFIG").value_or("");
  if (std::string first = listed.substr(0, listed.find(':')); !first.empty()) return first;
  const std::string home = kube::process_variable("HOME").value_or("");
  const std::string path = home + "/.kube/config";
  return !home.empty() && access(path.c_str(), F_OK) == 0 ? path : std::string();
}

Result<kube::ClusterConfig> find_config(const ClusterFlags& flags) {
  const std::string path = flags.kubeconfig.empty() ? default_kubeconfig() : flags.kubeconfig;
  if (!path.empty()) return kube::load_kubeconfig(path, flags.context);
  Result<kube::ClusterConfig> pod = kube::in_cluster(kube::process_variable);
  if (pod || pod.error().reason != Reason::kNotFound) return pod;
  return Error::bad_request(
      "which cluster is meant? Give --kubeconfig FILE, or set KUBECONFIG; there is no "
      "~/.kube/config, and this is no pod");
}

}  // namespace

void add_cluster_flags(CLI::App& app, ClusterFlags& flags) {
  app.add_option("--kubeconfig", flags.kubeconfig,
                 "The cluster and who calls it; by default KUBECONFIG, then ~/.kube/config, then "
                 "the pod's own account")
      ->type_name("FILE");
  app.add_option("--context", flags.context, "The kubeconfig's context; by default its current one")
      ->type_name("NAME");
}

Result<ClusterConnection> connect(const ClusterFlags& flags, Environment environment) {
  const Result<kube::ClusterConfig> config = find_config(flags);
  if (!config) return config.error();
  kube::ClientOptions options;
  options.user_agent = "annex-setup";
  Result<std::unique_ptr<kube::Client>> client =
      kube::make_client(*config, options, environment.clock);
  if (!client) return client.error();
  ClusterConnection connection;
  connection.client = std::move(*client);
  connection.objects =
      std::make_unique<kube::Objects>(*connection.client, environment.clock, environment.random,
                                      [&clock = environment.clock](util::TimePoint until) {
                                        std::this_thread::sleep_for(until - clock.now());
                                        return true;
                                      });
  connection.server = config->host + ":" + std::to_string(config->port);
  return connection;
}

Result<void> reach(const ClusterConnection& connection, Environment environment) {
  kube::Call call;
  call.path = "/version";
  const Result<kube::Answer> answer =
      connection.client->call(call, environment.clock.now() + kFirstAnswer);
  if (!answer) {
    return Error::unavailable("the cluster at " + connection.server +
                              " does not answer: " + answer.error().message +
                              "\nIs it the right one (--kubeconfig, --context), and can this "
                              "machine reach it?");
  }
  // Who may not read the version may still do what the command does.
  if (answer->status != 401) return {};
  return Error{Reason::kUnauthorized,
               "the cluster at " + connection.server +
                   " does not know who you are: the credentials in the kubeconfig may have ended"};
}

}  // namespace annex::cli
