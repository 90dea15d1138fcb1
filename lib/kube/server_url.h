// The `server` of a kubeconfig's cluster.
#pragma once

#include <optional>
#include <string>

#include "annex/kube/config.h"

namespace annex::kube {

/// Host, port, scheme and path of a URL go into `config`; `https` where there is no scheme.
/// BadRequest: another scheme, credentials, a query, or no host.
Result<void> apply_server_url(const std::string& url, ClusterConfig& config);
/// A number in [1, 65535].
std::optional<std::uint16_t> parse_port(const std::string& text);

}  // namespace annex::kube
