// From the names in flags to OpenSSL's.
#pragma once

#include <openssl/ssl.h>

#include "annex/transport/tls_options.h"
#include "annex/util/result.h"

namespace annex::transport {

/// Sets versions, cipher suites and groups. BadRequest: one of them is unknown, or nothing is left.
Result<void> apply_tls_options(SSL_CTX* context, const TlsOptions& options);

}  // namespace annex::transport
