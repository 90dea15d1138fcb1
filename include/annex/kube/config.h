// Where the Kubernetes API is and who calls it: kubeconfig files and the pod's own account.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/kube/client.h"

namespace annex::kube {

/// A program that gives the caller's credentials, as a kubeconfig's `exec` names it.
struct ExecProgram {
  std::string api_version{};             ///< "client.authentication.k8s.io/v1", or v1beta1
  std::string command{};                 ///< a path, or a name that PATH leads to
  std::vector<std::string> arguments{};  ///< after its name
  std::vector<std::pair<std::string, std::string>> environment{};  ///< added to the process's
  std::string install_hint{};                                      ///< told if it cannot be run
  std::string cluster_json{};  ///< what it is told of the cluster; empty: nothing
};

/// One cluster and one identity. A value.
struct ClusterConfig {
  std::string host{};                 ///< to be dialled; a name or an address without brackets
  std::uint16_t port = 443;           ///< on that host
  bool tls = true;                    ///< false: plain HTTP
  std::string path_prefix{};          ///< of the server's URL, without a slash at its end
  std::string server_name{};          ///< whom the certificate must name; empty: the host
  std::string ca_pem{};               ///< empty: the system's roots
  bool skip_verify = false;           ///< believes any certificate
  std::string certificate_pem{};      ///< the client's
  std::string key_pem{};              ///< the client's
  std::string token{};                ///< sent as a bearer token
  std::string token_file{};           ///< read again as it changes; its token wins over `token`
  std::optional<ExecProgram> exec{};  ///< asked for credentials
};

/// Reads a kubeconfig file as client-go does: its current context, or `context`. Relative paths
/// are relative to the file. BadRequest, naming file and entry, for what is missing, damaged or
/// not supported. Nothing is run yet.
Result<ClusterConfig> load_kubeconfig(const std::string& path, const std::string& context = {});

/// Gives environment variables; nothing where one is not set.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// The configuration of a pod: KUBERNETES_SERVICE_HOST and _PORT, and the token and CA of the
/// service account in `folder`. NotFound: this is no pod. BadRequest: the files cannot be used.
Result<ClusterConfig> in_cluster(
    const Variables& variables,
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");
/// The variables of this process.
std::optional<std::string> process_variable(const std::string& name);

/// How a client behaves towards the server.
struct ClientOptions {
  std::size_t calls = 64;            ///< at once, streams not counted; more wait for their turn
  std::string user_agent = "annex";  ///< as the header says it
  util::Duration token_interval = std::chrono::minutes(1);  ///< how old a read token may be
};

/// A client for `config`. BadRequest: its certificates, key, token or program cannot be used.
/// `clock` outlives it.
Result<std::unique_ptr<Client>> make_client(const ClusterConfig& config,
                                            const ClientOptions& options, util::Clock& clock);

}  // namespace annex::kube
