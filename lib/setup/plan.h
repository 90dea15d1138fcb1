// Plan: which server is set up, and how it shall run in a cluster.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annex/server/served.h"
#include "annex/util/result.h"

namespace annex {
class Server;
}

namespace annex::setup {

/// Where a pod finds its volume, and its certificate.
inline constexpr const char* kDataFolder = "/var/lib/annex";
inline constexpr const char* kCertificateFolder = "/var/run/annex/serving";
inline constexpr const char* kTrustFolder = "/var/run/annex/trust";

/// Where a cluster publishes whose certificates count, and under which keys.
inline constexpr const char* kAuthenticationConfigMap = "extension-apiserver-authentication";
inline constexpr const char* kFrontProxyCa = "requestheader-client-ca-file";
inline constexpr const char* kClientCa = "client-ca-file";

/// How many may run, and what they need for it.
enum class Workload {
  kFile,    ///< one replica beside its volume: a StatefulSet
  kMemory,  ///< one replica that forgets: a Deployment
  kShared,  ///< replicas over a store that they share: a Deployment
};

enum class Issuer {
  kOwn,          ///< a CA that is made for this server alone
  kCertManager,  ///< cert-manager, which also writes the APIServices' caBundle
};

/// Whose certificates the server trusts, where it may not read the cluster's configmap: it gets a
/// copy. Empty at first if an installation is to read it.
struct Trust {
  std::string front_proxy_ca{};  ///< PEM; with `client_ca` in a ConfigMap of the server's namespace
  std::string client_ca{};       ///< PEM; may be empty
  std::string allowed_names{};   ///< of front proxies, joined by commas; empty: any
};

/// A server outside of the cluster: how a Service leads there.
struct External {
  enum class Kind { kName, kIpv4, kIpv6 };
  Kind kind = Kind::kName;
  std::string host{};  ///< without brackets
};

/// What a user decides; empty means a default.
struct PlanOptions {
  std::string name{};            ///< of the workload and its account; the server's
  std::string namespace_name{};  ///< the name
  std::string service{};         ///< the name
  std::string image{};
  std::string store{};  ///< as `--store` of the server; the first that it knows
  std::uint16_t port = 8443;
  std::string volume_size = "1Gi";
  std::string storage_class{};  ///< the cluster's default
  Issuer issuer = Issuer::kOwn;
  std::vector<std::string> extra_names{};  ///< of its certificate; none: those that it has
  bool renews = false;                     ///< the server renews its certificate itself
  std::vector<std::string> arguments{};    ///< further ones of the server
  std::optional<Trust> trust{};
  std::string external{};  ///< "host:port" of a server outside of the cluster
};

/// A server as its program describes it, and where it shall run. A value; names are checked.
struct Plan {
  std::string name{};
  std::string namespace_name{};
  std::string service{};
  std::string account{};  ///< of the ServiceAccount
  std::string image{};
  std::uint16_t service_port = 443;
  std::uint16_t port = 8443;  ///< on which the server listens
  std::vector<ServedGroup> groups{};
  Workload workload = Workload::kFile;
  std::string store{};  ///< the server's `--store`, complete
  std::string volume_size{};
  std::string storage_class{};
  Issuer issuer = Issuer::kOwn;
  std::vector<std::string> extra_names{};
  bool renews = false;
  std::vector<std::string> arguments{};
  std::optional<Trust> trust{};        ///< none: the server reads the cluster's configmap
  std::optional<External> external{};  ///< none: it runs in the cluster

  /// The Secret with its certificate.
  std::string secret() const { return name + "-serving"; }
  /// The ConfigMap with what it trusts.
  std::string trust_configmap() const { return name + "-trust"; }
  /// The name by which kube-apiserver calls the server, and which its certificate must bear.
  std::string host() const { return service + "." + namespace_name + ".svc"; }
};

/// BadRequest: the server's description or an option cannot be used, in a sentence.
Result<Plan> make_plan(const Server& server, const PlanOptions& options);

/// Reads what the cluster's configmap has as a JSON list. BadRequest: it is none.
Result<void> set_allowed_names(const std::string& json, Trust& trust);

/// Sets where a server outside of the cluster is, from "host:port" as `--external` takes it; an
/// error, and nothing set, for what kube-apiserver could not reach.
Result<void> read_external(const std::string& text, Plan& plan);

}  // namespace annex::setup
