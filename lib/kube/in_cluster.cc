#include <cstdlib>

#include "annex/kube/config.h"
#include "kube/files.h"
#include "kube/server_url.h"

namespace annex::kube {

std::optional<std::string> process_variable(const std::string& name) {
  // Nothing here changes the environment.
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (!value) return std::nullopt;
  return value;
}

Result<ClusterConfig> in_cluster(const Variables& variables, const std::string& folder) {
  const std::string host = variables("KUBERNETES_SERVICE_HOST").value_or("");
  const std::string port = variables("KUBERNETES_SERVICE_PORT").value_or("");
  if (host.empty() || port.empty()) {
    return Error::generic(Reason::kNotFound,
                          "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and "
                          "KUBERNETES_SERVICE_PORT must be defined");
  }
  ClusterConfig config;
  config.host = host;
  const std::optional<std::uint16_t> number = parse_port(port);
  if (!number) return Error::bad_request("KUBERNETES_SERVICE_PORT \"" + port + "\" is no port");
  config.port = *number;
  config.token_file = folder + "/token";
  const Result<std::string> token = read_small_file(config.token_file);
  if (!token) return token.error();
  if (trimmed(*token).empty()) return Error::bad_request(config.token_file + " is empty");
  Result<std::string> ca = read_small_file(folder + "/ca.crt");
  if (!ca) return ca.error();
  if (ca->empty()) return Error::bad_request(folder + "/ca.crt is empty");
  config.ca_pem = std::move(*ca);
  return config;
}

}  // namespace annex::kube
