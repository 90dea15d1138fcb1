#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "tls/key_match.h"
#include "tls/openssl.h"

namespace annex::tls {
namespace {

// Without it OpenSSL would ask at the terminal.
int no_password(char*, int, int, void*) { return 0; }

}  // namespace

Result<PrivateKey> PrivateKey::generate() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return Error::internal(library_error("no key could be made").message);
  auto impl = std::make_shared<Impl>();
  impl->key = std::move(key);
  return PrivateKey(std::move(impl));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const BioPtr bio = reader(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) return library_error("the PEM text holds no readable private key");
  auto impl = std::make_shared<Impl>();
  impl->key = std::move(key);
  return PrivateKey(std::move(impl));
}

std::string PrivateKey::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return content(bio.get());
}

bool is_key_of(const PrivateKey& key, const Certificate& certificate) {
  const bool matches =
      X509_check_private_key(certificate.impl().x509.get(), key.impl().key.get()) == 1;
  ERR_clear_error();
  return matches;
}

}  // namespace annex::tls
