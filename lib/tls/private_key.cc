#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "tls/key_match.h"
#include "tls/openssl.h"

namespace annex::tls {
namespace {

// Without it OpenSSL would ask at the terminal.
int no_password(char*, int, int, void*) { return 0; }

using DecoderPtr = std::unique_ptr<OSSL_DECODER_CTX, Free<OSSL_DECODER_CTX_free>>;
using KeyInfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free<PKCS8_PRIV_KEY_INFO_free>>;

/// The decoders' name of the algorithm of a key in PKCS #8; null if it is another than the usual.
const char* algorithm_of(const unsigned char* der, long size) {
  const KeyInfoPtr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &der, size));
  const ASN1_OBJECT* algorithm = nullptr;
  if (!info || PKCS8_pkey_get0(&algorithm, nullptr, nullptr, nullptr, info.get()) != 1) {
    return nullptr;
  }
  const int number = OBJ_obj2nid(algorithm);
  return number == NID_X9_62_id_ecPublicKey ? "EC" : number == NID_rsaEncryption ? "RSA" : nullptr;
}

/// The key if the text begins with one in PKCS #8 of a usual algorithm. PEM_read_bio_PrivateKey
/// reads it, too, but sets up the decoders of all algorithms for that: four times the work, which
/// a server's start does for each of its keys.
KeyPtr read_usual(std::string_view pem) {
  const BioPtr bio = reader(pem);
  char* label = nullptr;
  char* headers = nullptr;
  unsigned char* der = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &label, &headers, &der, &size) != 1) return nullptr;
  EVP_PKEY* key = nullptr;
  const char* algorithm =
      std::string_view(label) == PEM_STRING_PKCS8INF ? algorithm_of(der, size) : nullptr;
  if (algorithm != nullptr) {
    const DecoderPtr decoder(OSSL_DECODER_CTX_new_for_pkey(&key, "DER", "PrivateKeyInfo", algorithm,
                                                           EVP_PKEY_KEYPAIR, nullptr, nullptr));
    const unsigned char* begin = der;
    auto left = static_cast<std::size_t>(size);
    OSSL_DECODER_from_data(decoder.get(), &begin, &left);
  }
  OPENSSL_free(label);
  OPENSSL_free(headers);
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return KeyPtr(key);
}

}  // namespace

Result<PrivateKey> PrivateKey::generate() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return Error::internal(library_error("no key could be made").message);
  auto impl = std::make_shared<Impl>();
  impl->key = std::move(key);
  return PrivateKey(std::move(impl));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  KeyPtr key = read_usual(pem);
  if (!key) {
    ERR_clear_error();
    const BioPtr bio = reader(pem);
    key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  }
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
