// What the listener's flags become; what that does is tested in tests/transport.
#include "cli/listener_flags.h"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

using namespace annex;

namespace {

struct Parsed {
  std::string error{};
  ServerOptions options{};
};

Parsed parse(std::vector<std::string> arguments) {
  CLI::App app;
  cli::ListenerFlags flags;
  Parsed parsed;
  add_listener_flags(app, flags);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    parsed.error = error.what();
    return parsed;
  }
  if (const auto applied = apply_listener_flags(flags, parsed.options); !applied) {
    parsed.error = applied.error().message;
  }
  return parsed;
}

}  // namespace

TEST_CASE("without flags the listener has the defaults of its options, 1000 streams among them") {
  const Parsed parsed = parse({});
  CHECK(parsed.error.empty());
  const ServerOptions& options = parsed.options;
  const ServerOptions defaults;
  CHECK(options.limits.concurrent_streams == 1000);
  CHECK(options.limits.connections == defaults.limits.connections);
  CHECK(options.limits.connections_of_one_address == 0);
  CHECK(options.limits.connection_age == util::Duration::zero());
  CHECK(options.max_requests_inflight == 400);
  CHECK(options.max_mutating_requests_inflight == 200);
  CHECK(options.goaway_chance == 0);
  CHECK_FALSE(options.share_port);
  CHECK(options.tls.min_version == transport::TlsVersion::k12);
  CHECK(options.tls.max_version == transport::TlsVersion::k13);
  CHECK(options.tls.cipher_suites.empty());
  CHECK(options.tls.curves.empty());
  CHECK(options.tls.http2);
}

TEST_CASE("every flag of the listener reaches its option") {
  const Parsed parsed =
      parse({"--tls-min-version=VersionTLS13", "--tls-max-version=VersionTLS12",
             "--tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_TWO", "--tls-curve-preferences=24,25",
             "--http2-max-streams-per-connection=7", "--max-requests-inflight=8",
             "--max-mutating-requests-inflight=9", "--goaway-chance=0.01",
             "--max-connection-age=90m", "--max-connections=10", "--max-connections-per-address=11",
             "--disable-http2-serving", "--permit-port-sharing", "--permit-address-sharing"});
  CHECK(parsed.error.empty());
  const ServerOptions& options = parsed.options;
  CHECK(options.tls.min_version == transport::TlsVersion::k13);
  CHECK(options.tls.max_version == transport::TlsVersion::k12);
  CHECK(options.tls.cipher_suites == std::vector<std::string>{"TLS_AES_128_GCM_SHA256", "TLS_TWO"});
  CHECK(options.tls.curves == std::vector<std::uint16_t>{24, 25});
  CHECK(options.limits.concurrent_streams == 7);
  CHECK(options.max_requests_inflight == 8);
  CHECK(options.max_mutating_requests_inflight == 9);
  CHECK(options.goaway_chance == 0.01);
  CHECK(options.limits.connection_age == std::chrono::minutes(90));
  CHECK(options.limits.connections == 10);
  CHECK(options.limits.connections_of_one_address == 11);
  CHECK_FALSE(options.tls.http2);
  CHECK(options.share_port);
}

TEST_CASE("flags of the listener that mean nothing are refused by name") {
  for (const char* argument :
       {"--tls-min-version=VersionTLS11", "--tls-max-version=1.3", "--tls-curve-preferences=x25519",
        "--http2-max-streams-per-connection=0", "--max-requests-inflight=-1",
        "--goaway-chance=0.03", "--goaway-chance=-0.01", "--max-connection-age=soon",
        "--max-connection-age=-1h", "--max-connections=0", "--tls-sni-cert-key=only-one",
        "--tls-sni-cert-key=a,b:c:d"}) {
    INFO(argument);
    const std::string flag = std::string(argument).substr(0, std::string(argument).find('='));
    CHECK(parse({argument}).error.find(flag) != std::string::npos);
  }
}
