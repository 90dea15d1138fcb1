// Which key belongs to which certificate.
#pragma once

#include "annex/tls/certificate.h"

namespace annex::tls {

/// True if `key` is the private half of the key that `certificate` speaks of. Any thread.
bool is_key_of(const PrivateKey& key, const Certificate& certificate);

}  // namespace annex::tls
