// The TLS settings that all connections of a listener begin with.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "annex/transport/listener.h"

namespace annex::transport {

/// Shared by a listener and the connections begun with it. Any thread.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// TLS 1.2 and later, ALPN h2 and http/1.1, a client certificate requested and never required.
/// BadRequest: the certificate, the key or the names cannot be used.
Result<TlsContext> make_tls_context(const std::string& certificate_pem, const std::string& key_pem,
                                    const std::string& client_ca_pem);

}  // namespace annex::transport
