// Whom one meets behind a host and a port: for diagnosis, which must look before it trusts.
#pragma once

#include <string>
#include <vector>

#include "http/client.h"

namespace annex::http {

/// The certificates, in DER and leaf first, that `endpoint` shows to who asks for its server name.
/// Nothing is verified, no request is sent. ServiceUnavailable: nobody listens there, or speaks
/// TLS; Timeout: `deadline` passed; BadRequest: the endpoint's own certificate cannot be used.
Result<std::vector<std::string>> shown_chain(Endpoint endpoint, util::TimePoint deadline,
                                             util::Clock& clock);

}  // namespace annex::http
