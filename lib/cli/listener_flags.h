// The flags of the listener: TLS, HTTP/2, and what peers may take.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "annex/server/options.h"
#include "annex/util/result.h"

namespace CLI {
class App;
}

namespace annex::cli {

struct ListenerFlags {
  std::string tls_min_version{};
  std::string tls_max_version{};
  std::vector<std::string> tls_cipher_suites{};
  std::vector<std::uint16_t> tls_curve_preferences{};
  std::vector<std::string> tls_sni_cert_key{};
  std::uint32_t http2_streams = 1000;
  std::uint32_t max_requests_inflight = 400;
  std::uint32_t max_mutating_requests_inflight = 200;
  double goaway_chance = 0;
  std::uint32_t max_connections = 20000;
  std::uint32_t max_connections_per_address = 0;
  std::string max_connection_age = "0s";
  bool disable_http2 = false;
  bool permit_port_sharing = false;
  bool permit_address_sharing = false;
};

/// `flags` outlives the parsing.
void add_listener_flags(CLI::App& app, ListenerFlags& flags);

/// Reads the files that the flags name and fills the options. BadRequest: a file cannot be used, or
/// a flag's value means nothing.
Result<void> apply_listener_flags(const ListenerFlags& flags, ServerOptions& options);

/// `cert,key[:name,...]`, its files read. BadRequest: another form, or a file that cannot be used.
Result<transport::SniCertificate> read_sni_certificate(const std::string& text);

}  // namespace annex::cli
