#include "annex/cli/run.h"

#include <cstdlib>
#include <iostream>
#include <optional>

#include "annex/server/standalone.h"
#include "annex/util/clock.h"
#include "annex/util/random.h"
#include "cli/flags.h"
#include "cli/serving_flags.h"
#include "cli/setup_commands.h"
#include "cli/signals.h"
#include "cli/stderr_logger.h"
#include "cli/store_commands.h"
#include "cli/trim.h"

namespace annex {
namespace {

bool is_unspecified(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

/// The serving pair that the flags name, or the one that is kept for them.
Result<ServingPair> find_serving_pair(const cli::Flags& flags,
                                      const std::optional<Standalone>& standalone,
                                      Environment environment) {
  if (!flags.tls_cert_file.empty()) {
    return read_serving_pair(flags.tls_cert_file, flags.tls_private_key_file);
  }
  if (standalone) return standalone->serving();
  std::vector<std::string> names = {"localhost", "127.0.0.1"};
  if (!is_unspecified(flags.bind_address) && flags.bind_address != "127.0.0.1") {
    names.push_back(flags.bind_address);
  }
  return keep_serving_pair(flags.cert_dir, names, environment);
}

/// Where clients on this machine find a server that listens on `bind_address`.
std::string client_host(const std::string& bind_address) {
  if (bind_address == "::") return "::1";
  return bind_address == "0.0.0.0" ? "127.0.0.1" : bind_address;
}

/// A server that knows its callers by itself needs no Kubernetes API.
cli::Lookup lookup_of(const Server& server, const cli::Flags& flags) {
  if (!flags.standalone.empty()) return cli::Lookup::kNone;
  if (server.has_authenticator() || !flags.auth.names_a_source()) return cli::Lookup::kOptional;
  return cli::Lookup::kRequired;
}

Result<void> start(Server& server, const cli::Flags& flags, Environment environment) {
  std::optional<Standalone> standalone;
  if (!flags.standalone.empty()) {
    std::vector<std::string> names;
    if (!is_unspecified(flags.bind_address)) names.push_back(flags.bind_address);
    Result<Standalone> opened = Standalone::open(flags.standalone, std::move(names), environment);
    if (!opened) return opened.error();
    standalone = std::move(*opened);
  }
  Result<ServingPair> pair = find_serving_pair(flags, standalone, environment);
  if (!pair) return pair.error();

  ServerOptions options;
  options.bind_address = flags.bind_address;
  options.port = flags.secure_port;
  if (Result<void> done = cli::apply_listener_flags(flags.listener, options); !done) return done;
  options.request_timeout = flags.request_timeout;
  options.shutdown_delay = flags.shutdown_delay;
  options.store = flags.store;
  options.folder = flags.standalone;
  options.admission = flags.admission;
  if (standalone) {
    Result<std::vector<auth::AuthenticatorPtr>> who = standalone->authenticators(environment.clock);
    if (!who) return who.error();
    options.authenticators = std::move(*who);
    options.client_ca_pem = standalone->ca_pem();
    const std::string trusted = flags.tls_cert_file.empty() ? std::string() : pair->certificate_pem;
    options.on_listening = [standalone, trusted,
                            host = client_host(flags.bind_address)](std::uint16_t port) {
      return standalone->write_kubeconfig(host, port, trusted);
    };
  }
  if (Result<void> done =
          cli::apply_auth_flags(flags.auth, lookup_of(server, flags), environment, options);
      !done) {
    return done;
  }
  if (!standalone && !server.has_authenticator() && !options.delegation) {
    return Error::bad_request(
        "nothing tells this server who calls: run it in a cluster, or with "
        "--authentication-kubeconfig and --authorization-kubeconfig, or with --standalone DIR, "
        "which makes certificates, a token and a kubeconfig in DIR, or give it an authenticator "
        "in its program");
  }
  cli::tell_about_audit(flags.audit, environment.logger);
  options.certificate_pem = std::move(pair->certificate_pem);
  options.key_pem = std::move(pair->key_pem);
  cli::follow_serving_files(flags, options);
  if (Result<void> started = server.start(std::move(options), environment); !started) {
    return started;
  }
  environment.logger.info("Serving", {{"server", server.name()},
                                      {"version", server.version()},
                                      {"address", flags.bind_address},
                                      {"port", static_cast<int>(server.port())}});
  if (standalone) {
    environment.logger.info("Wrote a kubeconfig", {{"path", standalone->kubeconfig_path()}});
  }
  return {};
}

}  // namespace

int run(Server& server, int argc, const char* const* argv, const RunOptions& run_options) {
  {
    util::RealClock clock;
    util::SystemRandom random;
    cli::StderrLogger logger(clock, 0);
    const Environment environment{clock, random, logger};
    if (const auto code = cli::run_store_command(server, argc, argv, environment)) return *code;
    if (const auto code = cli::run_setup_command(server, argc, argv, environment)) return *code;
  }
  cli::ParsedFlags parsed = cli::parse_flags(server, argc, argv, run_options.flags);
  if (parsed.exit_code) return *parsed.exit_code;

  util::RealClock clock;
  util::SystemRandom random;
  cli::StderrLogger own_logger(clock, parsed.flags.verbosity);
  util::Logger& logger = run_options.log != nullptr ? *run_options.log : own_logger;
  cli::Signals signals;
  const Environment environment{clock, random, logger};
  Result<void> started = cli::renew_own_certificates(server, parsed.flags, environment);
  if (started) started = start(server, parsed.flags, environment);
  if (!started) {
    std::cerr << server.name() << ": " << started.error().message << "\n";
    return 1;
  }
  cli::trim_memory();
  signals.wait();
  logger.info("Shutting down");
  signals.on_next([&logger] {
    logger.error("Ended by a second signal");
    std::_Exit(1);
  });
  server.drain();
  if (const std::size_t hanging = server.running_requests(); hanging != 0) {
    // Their threads could not be joined: only the process's end frees them.
    logger.error("Requests hang past the drain limit", {{"requests", hanging}});
    std::_Exit(1);
  }
  server.stop();
  logger.info("Stopped");
  return 0;
}

}  // namespace annex
