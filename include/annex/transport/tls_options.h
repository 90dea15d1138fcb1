// How a listener speaks TLS, and with which certificates.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace annex::transport {

enum class TlsVersion { k12, k13 };

/// What clients may negotiate. The defaults are Mozilla's intermediate recommendation.
struct TlsOptions {
  TlsVersion min_version = TlsVersion::k12;  ///< refused below it
  TlsVersion max_version = TlsVersion::k13;  ///< not offered above it
  /// IANA names, such as "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"; empty: the default. They matter
  /// to TLS 1.2 only: those of 1.3 are accepted here and always all offered.
  std::vector<std::string> cipher_suites{};
  /// IANA numbers of groups for the key exchange, such as 29 for X25519; empty: the default.
  std::vector<std::uint16_t> curves{};
  bool http2 = true;  ///< false: ALPN knows http/1.1 alone
};

/// A certificate for clients that ask for one of some names.
struct SniCertificate {
  std::string certificate_pem{};  ///< the chain, leaf first
  std::string key_pem{};          ///< of the first certificate
  /// Names, each perhaps with `*` as its first label, or the IP address that the client connects
  /// to; they go before the names of certificates. Empty: the names in the certificate.
  std::vector<std::string> patterns{};
};

/// All that a listener proves itself with.
struct ServingCertificates {
  std::string certificate_pem{};  ///< the default chain, leaf first
  std::string key_pem{};          ///< of the first certificate
  /// Certificates whose subjects are named in the request for a client certificate; may be empty.
  /// Any certificate is let in: whether it is trusted is decided for each request, above.
  std::string client_ca_pem{};
  std::vector<SniCertificate> sni{};  ///< where two have the same name, the first counts
};

/// False for a name that upstream warns of, such as those without forward secrecy. `iana_name` need
/// not be known.
bool is_secure_cipher(const std::string& iana_name);

}  // namespace annex::transport
