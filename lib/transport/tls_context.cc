#include "transport/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <string_view>

namespace annex::transport {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
}

int no_password(char*, int, int, void*) { return 0; }

/// Whom to trust is decided for each request, from the chain as presented.
int accept_any(int, X509_STORE_CTX*) { return 1; }

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned int in_size, void*) {
  static constexpr unsigned char kOurs[] = "\x02h2\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Error unusable(const std::string& what) {
  ERR_clear_error();
  return Error::bad_request("the serving " + what + " cannot be used");
}

}  // namespace

Result<TlsContext> make_tls_context(const std::string& certificate_pem, const std::string& key_pem,
                                    const std::string& client_ca_pem) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return Error::internal("no TLS context could be made");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Resumed sessions lose the intermediates that a client presented, so there are none.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_cipher_list(context.get(),
                          "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                          "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                          "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305");
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, accept_any);

  const Bio chain = reader(certificate_pem);
  const X509Ptr leaf(PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr), X509_free);
  if (!leaf || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1) {
    return unusable("certificate");
  }
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr)) {
    const X509Ptr owned(next, X509_free);
    if (SSL_CTX_add1_chain_cert(context.get(), next) != 1) return unusable("certificate chain");
  }
  const Bio key_text = reader(key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_password, nullptr),
                   EVP_PKEY_free);
  if (!key || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return unusable("key");
  }
  if (!client_ca_pem.empty()) {
    const Bio names = reader(client_ca_pem);
    while (X509* ca = PEM_read_bio_X509(names.get(), nullptr, no_password, nullptr)) {
      const X509Ptr owned(ca, X509_free);
      if (SSL_CTX_add_client_CA(context.get(), ca) != 1) return unusable("client CA");
    }
  }
  ERR_clear_error();
  return context;
}

}  // namespace annex::transport
