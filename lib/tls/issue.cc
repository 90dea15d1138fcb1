#include <arpa/inet.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "tls/openssl.h"

namespace annex::tls {
namespace {

bool add_entry(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

bool is_dns_name(const std::string& name) {
  // Also keeps commas and colons out of OpenSSL's little language for extensions.
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '*' || c == '_';
  });
}

bool set_times(X509* certificate, util::WallTime not_before, util::WallTime not_after) {
  if (not_after <= not_before) return false;
  const auto seconds = [](util::WallTime time) {
    return static_cast<time_t>(
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
  };
  return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(not_after)) != nullptr;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);  // positive, and of full length
  BIGNUM* number = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  const bool set = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return set;
}

/// A new certificate with what every one needs; the issuer is itself if `issuer` is null.
Result<X509Ptr> begin(const Subject& subject, util::WallTime not_before, util::WallTime not_after,
                      EVP_PKEY* key, X509* issuer) {
  X509Ptr certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      !set_serial(certificate.get()) || X509_set_pubkey(certificate.get(), key) != 1) {
    return library_error("the certificate cannot be made");
  }
  if (!set_times(certificate.get(), not_before, not_after)) {
    return library_error("the certificate's times cannot be used");
  }
  X509_NAME* name = X509_get_subject_name(certificate.get());
  for (const std::string& organization : subject.organizations) {
    if (!add_entry(name, "O", organization)) return library_error("an organization is unusable");
  }
  for (const std::string& common : subject.common_names) {
    if (!add_entry(name, "CN", common)) return library_error("the common name is unusable");
  }
  X509* signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  return certificate;
}

Result<Identity> finish(X509Ptr certificate, PrivateKey key, EVP_PKEY* signer) {
  if (X509_sign(certificate.get(), signer, EVP_sha256()) == 0) {
    return library_error("the certificate cannot be signed");
  }
  auto wrapped = wrap(std::move(certificate));
  if (!wrapped) return wrapped.error();
  return Identity{std::move(*wrapped), std::move(key)};
}

}  // namespace

Result<Identity> make_ca(std::string common_name, util::WallTime not_before,
                         util::WallTime not_after) {
  auto key = PrivateKey::generate();
  if (!key) return key.error();
  EVP_PKEY* own = key->impl().key.get();
  auto made = begin(Subject{{std::move(common_name)}, {}}, not_before, not_after, own, nullptr);
  if (!made) return made.error();
  X509Ptr certificate = std::move(made).value();
  X509* x509 = certificate.get();
  if (!add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(x509, x509, NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign") ||
      !add_extension(x509, x509, NID_subject_key_identifier, "hash")) {
    return library_error("the CA's certificate cannot be made");
  }
  return finish(std::move(certificate), std::move(*key), own);
}

Result<Identity> issue(const Identity& ca, const CertificateRequest& request) {
  auto key = PrivateKey::generate();
  if (!key) return key.error();
  X509* issuer = ca.certificate.impl().x509.get();
  auto made =
      begin(request.subject, request.not_before, request.not_after, key->impl().key.get(), issuer);
  if (!made) return made.error();
  X509Ptr certificate = std::move(made).value();
  X509* x509 = certificate.get();
  std::string names;
  for (const std::string& name : request.names) {
    const bool address = is_address(name);
    if (!address && !is_dns_name(name)) {
      return Error::bad_request("\"" + name + "\" is neither a DNS name nor an IP address");
    }
    names += (names.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  const char* usage = request.usage == Usage::kServer ? "serverAuth" : "clientAuth";
  if (!add_extension(x509, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(x509, issuer, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(x509, issuer, NID_ext_key_usage, usage) ||
      !add_extension(x509, issuer, NID_authority_key_identifier, "keyid") ||
      (!names.empty() && !add_extension(x509, issuer, NID_subject_alt_name, names))) {
    return library_error("the certificate cannot be made");
  }
  return finish(std::move(certificate), std::move(*key), ca.key.impl().key.get());
}

}  // namespace annex::tls
