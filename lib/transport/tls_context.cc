#include "transport/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <string_view>

#include "tls/openssl.h"
#include "transport/server_names.h"
#include "transport/sockets.h"
#include "transport/tls_settings.h"

namespace annex::transport {
namespace {

using tls::BioPtr;
using tls::reader;
using tls::X509Ptr;
using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

/// What the callbacks of a context look at. Kept alive by every connection.
struct Snapshot {
  ContextPtr context{nullptr, SSL_CTX_free};
  ServerNames names{};
  std::vector<ContextPtr> others{};  ///< in the order of the names' positions
  bool http2 = true;
};

int no_password(char*, int, int, void*) { return 0; }

/// Whom to trust is decided for each request, from the chain as presented.
int accept_any(X509_STORE_CTX*, void*) { return 1; }

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned int in_size, void* snapshot) {
  static constexpr unsigned char kBoth[] = "\x02h2\x08http/1.1";
  const std::size_t skipped = static_cast<const Snapshot*>(snapshot)->http2 ? 0 : 3;
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kBoth + skipped,
                            static_cast<unsigned>(sizeof kBoth - 1 - skipped), in,
                            in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/// Called for every handshake, also where the client names nobody.
int choose_certificate(SSL* ssl, int*, void* user) {
  const Snapshot& snapshot = *static_cast<const Snapshot*>(user);
  if (snapshot.names.empty()) return SSL_TLSEXT_ERR_OK;
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const auto position =
      snapshot.names.find(name != nullptr ? name : local_address(SSL_get_fd(ssl)));
  if (position) SSL_set_SSL_CTX(ssl, snapshot.others[*position].get());
  return SSL_TLSEXT_ERR_OK;
}

/// Marks the tickets of clients that showed intermediates.
int mark_ticket(SSL* ssl, void*) {
  const STACK_OF(X509)* rest = SSL_get_peer_cert_chain(ssl);
  if (rest != nullptr && sk_X509_num(rest) > 0) {
    SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), "i", 1);
  }
  return 1;
}

SSL_TICKET_RETURN judge_ticket(SSL*, SSL_SESSION* session, const unsigned char*, std::size_t,
                               SSL_TICKET_STATUS status, void*) {
  if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) {
    return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
  void* mark = nullptr;
  std::size_t size = 0;
  if (SSL_SESSION_get0_ticket_appdata(session, &mark, &size) == 1 && size > 0) {
    return SSL_TICKET_RETURN_IGNORE_RENEW;
  }
  return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

Error unusable(const std::string& what) {
  ERR_clear_error();
  return Error::bad_request("the serving " + what + " cannot be used");
}

Result<void> use_pair(SSL_CTX* context, const std::string& certificate_pem,
                      const std::string& key_pem) {
  const BioPtr chain = reader(certificate_pem);
  const X509Ptr leaf(PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return unusable("certificate");
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr)) {
    const X509Ptr owned(next);
    if (SSL_CTX_add1_chain_cert(context, next) != 1) return unusable("certificate chain");
  }
  const auto key = tls::PrivateKey::from_pem(key_pem);
  if (!key || SSL_CTX_use_PrivateKey(context, key->impl().key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return unusable("key");
  }
  return {};
}

/// A context for one certificate; all of a listener differ in that alone.
Result<ContextPtr> make_one(const std::string& certificate_pem, const std::string& key_pem,
                            const std::string& client_ca_pem, const TlsOptions& options,
                            Snapshot& snapshot) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return Error::internal("no TLS context could be made");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A record's head and the rest of it in one system call.
  SSL_CTX_set_read_ahead(context.get(), 1);
  if (auto done = apply_tls_options(context.get(), options); !done) return std::move(done).error();
  // Tickets alone: a cache of sessions would be memory that peers can fill.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 1);
  static constexpr unsigned char kSessions[] = "annex";
  SSL_CTX_set_session_id_context(context.get(), kSessions, sizeof kSessions - 1);
  SSL_CTX_set_session_ticket_cb(context.get(), mark_ticket, judge_ticket, nullptr);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, &snapshot);
  SSL_CTX_set_tlsext_servername_callback(context.get(), choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(context.get(), &snapshot);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), accept_any, nullptr);
  if (auto done = use_pair(context.get(), certificate_pem, key_pem); !done) {
    return std::move(done).error();
  }
  if (!client_ca_pem.empty()) {
    const BioPtr names = reader(client_ca_pem);
    while (X509* ca = PEM_read_bio_X509(names.get(), nullptr, no_password, nullptr)) {
      const X509Ptr owned(ca);
      if (SSL_CTX_add_client_CA(context.get(), ca) != 1) return unusable("client CA");
    }
  }
  ERR_clear_error();
  return context;
}

}  // namespace

Result<TlsContext> make_tls_context(const ServingCertificates& certificates,
                                    const TlsOptions& options) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->http2 = options.http2;
  auto names = ServerNames::make(certificates.sni);
  if (!names) return names.error();
  snapshot->names = std::move(*names);
  auto made = make_one(certificates.certificate_pem, certificates.key_pem,
                       certificates.client_ca_pem, options, *snapshot);
  if (!made) return made.error();
  snapshot->context = std::move(*made);
  for (const SniCertificate& other : certificates.sni) {
    auto one = make_one(other.certificate_pem, other.key_pem, certificates.client_ca_pem, options,
                        *snapshot);
    if (!one) {
      Error error = one.error();
      error.message = "an SNI certificate: " + error.message;
      return error;
    }
    snapshot->others.push_back(std::move(*one));
  }
  SSL_CTX* context = snapshot->context.get();
  return TlsContext(std::move(snapshot), context);
}

}  // namespace annex::transport
