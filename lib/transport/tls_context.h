// The TLS settings that all connections of a listener begin with.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "annex/transport/tls_options.h"
#include "annex/util/result.h"

namespace annex::transport {

/// A snapshot of certificates and settings, shared by a listener and the connections begun with it,
/// each of which keeps it alive. Any thread.
using TlsContext = std::shared_ptr<SSL_CTX>;

/// A client certificate is requested and never required; there is no renegotiation. Sessions are
/// resumed by tickets, except where a client showed intermediates: those would be lost, and who
/// calls is established from the whole chain. BadRequest: something cannot be used; says what.
Result<TlsContext> make_tls_context(const ServingCertificates& certificates,
                                    const TlsOptions& options);

}  // namespace annex::transport
