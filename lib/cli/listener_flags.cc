#include "cli/listener_flags.h"

#include <CLI/CLI.hpp>

#include "annex/schema/formats.h"
#include "annex/server/serving_pair.h"

namespace annex::cli {
namespace {

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == mark) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Result<transport::TlsVersion> read_version(const std::string& flag, const std::string& text) {
  if (text == "VersionTLS12") return transport::TlsVersion::k12;
  if (text == "VersionTLS13") return transport::TlsVersion::k13;
  return Error::bad_request(flag + " is VersionTLS12 or VersionTLS13, not \"" + text + "\"");
}

}  // namespace

void add_listener_flags(CLI::App& app, ListenerFlags& flags) {
  app.add_option("--tls-min-version", flags.tls_min_version,
                 "The least TLS version to accept: VersionTLS12 (the default) or VersionTLS13")
      ->type_name("VERSION");
  app.add_option("--tls-max-version", flags.tls_max_version,
                 "The greatest TLS version to accept: VersionTLS12 or VersionTLS13 (the default)")
      ->type_name("VERSION");
  app.add_option("--tls-cipher-suites", flags.tls_cipher_suites,
                 "The cipher suites of TLS 1.2 by their IANA names, comma-separated; by default "
                 "Mozilla's intermediate list")
      ->type_name("NAMES")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option(
         "--tls-curve-preferences", flags.tls_curve_preferences,
         "The groups for key exchange by their IANA numbers, comma-separated, in any order; "
         "by default 29,23,24")
      ->type_name("NUMBERS")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--tls-sni-cert-key", flags.tls_sni_cert_key,
                 "A certificate and its key for clients that ask for certain names; without names "
                 "for those in the certificate. May be given several times")
      ->type_name("CERT,KEY[:NAME,...]")
      ->allow_extra_args(false);
  app.add_option("--http2-max-streams-per-connection", flags.http2_streams,
                 "How many requests one HTTP/2 connection may carry at once")
      ->type_name("N")
      ->check(CLI::Range(1U, 1000000U))
      ->capture_default_str();
  app.add_option("--max-requests-inflight", flags.max_requests_inflight,
                 "How many reads may wait or run; more get 429. 0: any number")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--max-mutating-requests-inflight", flags.max_mutating_requests_inflight,
                 "How many writes may wait or run; more get 429. 0: any number")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--goaway-chance", flags.goaway_chance,
                 "How likely an HTTP/2 request makes its client connect anew, which lets replicas "
                 "share the load; useless behind an aggregator")
      ->type_name("CHANCE")
      ->check(CLI::Range(0.0, 0.02))
      ->capture_default_str();
  app.add_option("--max-connection-age", flags.max_connection_age,
                 "After how long a client is made to connect anew; 0s: never")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--max-connections", flags.max_connections, "How many connections may be open")
      ->type_name("N")
      ->check(CLI::Range(1U, 10000000U))
      ->capture_default_str();
  app.add_option(
         "--max-connections-per-address", flags.max_connections_per_address,
         "How many connections one IP address may have open; 0: any number, since behind an "
         "aggregator all come from one")
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--disable-http2-serving", flags.disable_http2, "Serve HTTP/1.1 alone");
  app.add_flag("--permit-port-sharing", flags.permit_port_sharing,
               "Let several processes bind the same port");
  app.add_flag(
      "--permit-address-sharing", flags.permit_address_sharing,
      "Bind without waiting for the kernel to let go of old connections; always so, as with "
      "Go's listeners");
}

Result<transport::SniCertificate> read_sni_certificate(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const std::vector<std::string> files = split(parts[0], ',');
  if (parts.size() > 2 || files.size() != 2 || files[0].empty() || files[1].empty()) {
    return Error::bad_request("--tls-sni-cert-key has the form cert,key[:name,...], not \"" + text +
                              "\"");
  }
  Result<ServingPair> pair = read_serving_pair(files[0], files[1]);
  if (!pair) return pair.error();
  transport::SniCertificate certificate{
      std::move(pair->certificate_pem), std::move(pair->key_pem), {}};
  if (parts.size() == 2) {
    for (const std::string& name : split(parts[1], ',')) {
      if (!name.empty()) certificate.patterns.push_back(name);
    }
  }
  return certificate;
}

Result<void> apply_listener_flags(const ListenerFlags& flags, ServerOptions& options) {
  const auto set = [](const char* flag, const std::string& text,
                      transport::TlsVersion& version) -> Result<void> {
    if (text.empty()) return {};
    const auto read = read_version(flag, text);
    if (!read) return read.error();
    version = *read;
    return {};
  };
  if (auto done = set("--tls-min-version", flags.tls_min_version, options.tls.min_version); !done) {
    return done;
  }
  if (auto done = set("--tls-max-version", flags.tls_max_version, options.tls.max_version); !done) {
    return done;
  }
  options.tls.cipher_suites = flags.tls_cipher_suites;
  options.tls.curves = flags.tls_curve_preferences;
  options.tls.http2 = !flags.disable_http2;
  for (const std::string& text : flags.tls_sni_cert_key) {
    auto certificate = read_sni_certificate(text);
    if (!certificate) return certificate.error();
    options.sni_certificates.push_back(std::move(*certificate));
  }
  options.limits.concurrent_streams = flags.http2_streams;
  options.limits.connections = flags.max_connections;
  options.limits.connections_of_one_address = flags.max_connections_per_address;
  const auto age = schema::parse_go_duration(flags.max_connection_age);
  if (!age || *age < 0) {
    return Error::bad_request("--max-connection-age is a duration such as 1h, not \"" +
                              flags.max_connection_age + "\"");
  }
  options.limits.connection_age = util::Duration(*age);
  options.max_requests_inflight = flags.max_requests_inflight;
  options.max_mutating_requests_inflight = flags.max_mutating_requests_inflight;
  options.goaway_chance = flags.goaway_chance;
  options.share_port = flags.permit_port_sharing;
  return {};
}

}  // namespace annex::cli
