// What a server is started with: its surroundings and its settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annex/admission/chain.h"
#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/auth/reviews.h"
#include "annex/auth/trust.h"
#include "annex/kube/client.h"
#include "annex/registry/watch_cache.h"
#include "annex/server/extensions.h"
#include "annex/storage/store.h"
#include "annex/transport/listener.h"
#include "annex/util/clock.h"
#include "annex/util/logger.h"
#include "annex/util/random.h"
#include "annex/util/result.h"

namespace annex {

/// Time, randomness and the log, as a server sees them. Each outlives the server.
struct Environment {
  util::Clock& clock;    ///< all of the server's time
  util::Random& random;  ///< uids and generated names
  util::Logger& logger;  ///< any thread
};

/// Something to be done with what a store keeps, offered as a subcommand by annex::run.
struct StoreCommand {
  std::string name{};      ///< "backup"
  std::string help{};      ///< a sentence
  std::string argument{};  ///< what it is given, such as "FILE"; empty: nothing
  /// What came of it, in a sentence. Called in a process of its own, perhaps beside a server.
  std::function<Result<std::string>(const std::string& location, const std::string& argument,
                                    Environment)>
      run{};
};

/// A kind of store that a binary knows, such as "memory".
struct StoreKind {
  std::string name{};  ///< as `--store` takes it
  /// Opens it; `location` is what follows the first colon of `--store=name:location`.
  std::function<Result<std::unique_ptr<storage::Store>>(const std::string& location, Environment)>
      open{};
  /// Where it is in a server's own folder if no location is given; empty: it needs none.
  std::string file{};
  /// Offered by `annex::run`.
  std::vector<StoreCommand> commands{};
  /// True if several servers may use one at a time: then a cluster runs more than one.
  bool shared = false;
};

/// Leaves it to a Kubernetes API who calls and may they. Its authenticators come before those given
/// to the server, its authorizer after the always allowed groups and paths.
struct Delegation {
  auth::TrustSourcePtr trust{};  ///< null: neither a front proxy nor client certificates
  std::shared_ptr<kube::Client> authentication{};  ///< null: no bearer tokens
  std::shared_ptr<kube::Client> authorization{};   ///< null: no access reviews
  auth::TokenReviewOptions tokens{};               ///< how long answers are believed
  auth::AccessReviewOptions access{};              ///< how long answers are believed
  /// Called each `ServerOptions::mend_interval`, to read again what the trust is made of. May wait.
  std::function<void()> refresh{};
};

/// How a server runs: what flags set in a program that is started by `run`.
struct ServerOptions {
  /// False serves no port: requests come through Server::service().
  bool listen = true;
  std::string bind_address = "0.0.0.0";  ///< the address to listen on
  std::uint16_t port = 443;              ///< 0: any free one, see Server::port()
  std::string certificate_pem{};         ///< the leaf first
  std::string key_pem{};                 ///< of the leaf
  std::string client_ca_pem{};           ///< whose certificates are asked for in the handshake
  std::vector<transport::SniCertificate> sni_certificates{};  ///< for names of their own
  /// Reads the certificates again; what changed is used in new handshakes. Where it fails, or gives
  /// a key that is not the certificate's, the old ones stay. Empty: they are never read again.
  std::function<Result<transport::ServingCertificates>()> read_certificates{};
  util::Duration certificate_interval = std::chrono::seconds(5);  ///< between two readings
  transport::TlsOptions tls{};                                    ///< versions, suites, curves
  bool share_port = false;          ///< lets other processes bind the same port
  transport::Limits limits{};       ///< what peers may take
  std::size_t io_threads = 2;       ///< that share the connections
  std::size_t worker_threads = 16;  ///< that answer requests
  /// Reads and writes that wait or run, watches apart; more get 429. 0: any number.
  std::size_t max_requests_inflight = 400;
  std::size_t max_mutating_requests_inflight = 200;  ///< the same of writes
  /// How likely an HTTP/2 request ends its connection, so that replicas share the load: 0 to 0.02.
  double goaway_chance = 0;
  std::size_t worker_queue = 4096;  ///< requests that may wait for a worker; more get 429
  util::Duration request_timeout = std::chrono::seconds(60);  ///< of all but watches
  util::Duration shutdown_delay{};  ///< between "not ready" and closing the port
  util::Duration drain_limit = std::chrono::seconds(60);  ///< for requests that run
  /// How often lost stores are tried again and the store's health is probed; 0: only when
  /// Server::mend() is called.
  util::Duration mend_interval = std::chrono::seconds(1);
  /// The past that watches may begin in.
  registry::WatchCacheOptions watch_cache{};
  std::string store{};  ///< "name" or "name:location"; empty: the first that is known
  /// The server's own folder, for a store without a location; empty: such a store does not open.
  std::string folder{};

  /// Tried before those given to Server::authenticate and Server::authorize.
  std::vector<auth::AuthenticatorPtr> authenticators{};
  std::vector<auth::AuthorizerPtr> authorizers{};  ///< as above
  std::optional<Delegation> delegation{};          ///< absent: nobody is asked
  /// Which admission plugins are used; each that the server knows is on by itself.
  admission::Switches admission{};
  /// Of whose namespaces the plugin NamespaceLifecycle knows; null: there is no such plugin.
  std::shared_ptr<kube::Client> namespaces{};
  std::size_t review_threads = 64;    ///< for authenticators and authorizers that have to wait
  std::size_t review_queue = 2048;    ///< requests that may wait for one of these; more get 429
  std::vector<HealthCheck> checks{};  ///< besides those given to the server
  /// Read by anybody.
  std::vector<std::string> always_allowed_paths = {"/healthz", "/livez", "/readyz"};
  /// May do everything.
  std::vector<std::string> privileged_groups = {"system:masters"};

  /// Called with the bound port before the server says that it is ready. Its error ends the start.
  std::function<Result<void>(std::uint16_t port)> on_listening{};
};

}  // namespace annex
