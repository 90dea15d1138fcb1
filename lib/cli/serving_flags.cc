#include "cli/serving_flags.h"

#include <utility>

#include "annex/server/serving_pair.h"

namespace annex::cli {

void follow_serving_files(const Flags& flags, ServerOptions& options) {
  if (flags.tls_cert_file.empty() && flags.listener.tls_sni_cert_key.empty()) return;
  const transport::ServingCertificates fixed{
      options.certificate_pem, options.key_pem, options.client_ca_pem, {}};
  options.read_certificates =
      [fixed, certificate_file = flags.tls_cert_file, key_file = flags.tls_private_key_file,
       sni = flags.listener.tls_sni_cert_key]() -> Result<transport::ServingCertificates> {
    transport::ServingCertificates read = fixed;
    if (!certificate_file.empty()) {
      Result<ServingPair> pair = read_serving_pair(certificate_file, key_file);
      if (!pair) return pair.error();
      read.certificate_pem = std::move(pair->certificate_pem);
      read.key_pem = std::move(pair->key_pem);
    }
    for (const std::string& text : sni) {
      Result<transport::SniCertificate> certificate = read_sni_certificate(text);
      if (!certificate) return certificate.error();
      read.sni.push_back(std::move(*certificate));
    }
    return read;
  };
}

}  // namespace annex::cli
