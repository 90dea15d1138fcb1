// The flags of delegated authentication and authorization, named as upstream's.
#pragma once

#include <string>
#include <vector>

#include "annex/server/options.h"
#include "annex/util/result.h"

namespace CLI {
class App;
}

namespace annex::cli {

struct AuthFlags {
  std::string kubeconfig{};
  std::string authentication_kubeconfig{};
  std::string authorization_kubeconfig{};
  bool skip_lookup = false;
  bool tolerate_lookup_failure = false;
  util::Duration token_ttl = std::chrono::seconds(10);
  util::Duration allowed_ttl = std::chrono::seconds(10);
  util::Duration denied_ttl = std::chrono::seconds(10);
  std::vector<std::string> always_allow_paths = {"/healthz", "/readyz", "/livez"};
  std::string client_ca_file{};
  std::string requestheader_client_ca_file{};
  std::vector<std::string> allowed_names{};
  std::vector<std::string> username_headers = {"x-remote-user"};
  std::vector<std::string> uid_headers{};
  std::vector<std::string> group_headers = {"x-remote-group"};
  std::vector<std::string> extra_prefixes = {"x-remote-extra-"};

  /// True if a flag names where credentials are judged.
  bool names_a_source() const {
    return !kubeconfig.empty() || !authentication_kubeconfig.empty() ||
           !authorization_kubeconfig.empty() || !client_ca_file.empty() ||
           !requestheader_client_ca_file.empty();
  }
};

/// `flags` outlives the parsing.
void add_auth_flags(CLI::App& app, AuthFlags& flags);

/// How much is asked of the surroundings.
enum class Lookup {
  kRequired,  ///< without a Kubernetes API the start fails
  kOptional,  ///< without one, what needs it does not work
  kNone,      ///< only what flags name
};

/// Fills the options' delegation, and begins to follow the cluster's trust. BadRequest: a file
/// cannot be used, a value means nothing, or there is no Kubernetes API though one is required.
Result<void> apply_auth_flags(const AuthFlags& flags, Lookup lookup, Environment environment,
                              ServerOptions& options);

}  // namespace annex::cli
