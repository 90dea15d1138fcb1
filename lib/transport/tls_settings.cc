#include "transport/tls_settings.h"

#include <openssl/err.h>

#include <string_view>

namespace annex::transport {
namespace {

// Mozilla's intermediate recommendation, version 5, for TLS 1.2; of 1.3 it takes all.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";
/// Where the provider that is configured knows no more, as FIPS providers do not.
constexpr const char* kApprovedGroups = "P-256:P-384";

int number(TlsVersion version) {
  return version == TlsVersion::k12 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/// OpenSSL's name of a suite of TLS 1.2 by its IANA name or by the older one that Go knows; null if
/// it has none.
const char* cipher_name(const std::string& iana_name) {
  std::string name = iana_name;
  if (name.size() > 8 && name.substr(name.size() - 8) == "POLY1305") name += "_SHA256";
  // What names nobody or hides nothing is no choice.
  for (const std::string_view never : {"_anon_", "_NULL_"}) {
    if (name.find(never) != std::string::npos) return nullptr;
  }
  const char* found = OPENSSL_cipher_name(name.c_str());
  return std::string_view(found) == "(NONE)" ? nullptr : found;
}

const char* group_name(std::uint16_t number) {
  switch (number) {
    case 23:
      return "P-256";
    case 24:
      return "P-384";
    case 25:
      return "P-521";
    case 29:
      return "X25519";
    case 30:
      return "X448";
    case 4588:
      return "X25519MLKEM768";
    default:
      return nullptr;
  }
}

Error unusable(std::string message) {
  ERR_clear_error();
  return Error::bad_request(std::move(message));
}

Result<void> set_ciphers(SSL_CTX* context, const std::vector<std::string>& wanted) {
  std::string list;
  for (const std::string& name : wanted) {
    if (name.substr(0, 8) == "TLS_AES_" || name == "TLS_CHACHA20_POLY1305_SHA256") continue;
    const char* known = cipher_name(name);
    if (known == nullptr) {
      return unusable("Cipher suite " + name + " not supported or doesn't exist");
    }
    list += (list.empty() ? "" : ":") + std::string(known);
  }
  if (SSL_CTX_set_cipher_list(context, list.empty() ? kCiphers : list.c_str()) != 1) {
    return unusable("none of the TLS cipher suites can be used");
  }
  SSL_CTX_set_dh_auto(context, 1);
  return {};
}

Result<void> set_groups(SSL_CTX* context, const std::vector<std::uint16_t>& wanted) {
  if (wanted.empty()) {
    if (SSL_CTX_set1_groups_list(context, kGroups) != 1 &&
        SSL_CTX_set1_groups_list(context, kApprovedGroups) != 1) {
      return unusable("no group for TLS key exchange can be used");
    }
    ERR_clear_error();
    return {};
  }
  std::string list;
  for (const std::uint16_t number : wanted) {
    const char* known = group_name(number);
    if (known == nullptr) {
      return unusable("TLS curve " + std::to_string(number) + " is not known");
    }
    list += (list.empty() ? "" : ":") + std::string(known);
  }
  if (SSL_CTX_set1_groups_list(context, list.c_str()) != 1) {
    return unusable("the TLS curves " + list + " cannot all be used with this OpenSSL");
  }
  return {};
}

}  // namespace

bool is_secure_cipher(const std::string& iana_name) {
  for (const std::string_view weak :
       {"TLS_RSA_", "_RC4_", "_3DES_", "_CBC_SHA256", "_CBC_SHA384"}) {
    if (iana_name.find(weak) != std::string::npos) return false;
  }
  return true;
}

Result<void> apply_tls_options(SSL_CTX* context, const TlsOptions& options) {
  if (options.min_version > options.max_version) {
    return Error::bad_request("the least TLS version is above the greatest");
  }
  SSL_CTX_set_min_proto_version(context, number(options.min_version));
  SSL_CTX_set_max_proto_version(context, number(options.max_version));
  if (auto done = set_ciphers(context, options.cipher_suites); !done) return done;
  return set_groups(context, options.curves);
}

}  // namespace annex::transport
