// Certificate chains that have been verified, remembered by chain and state of the trust alone.
#pragma once

#include <cstdint>
#include <string>

#include "annex/http/request.h"
#include "annex/tls/certificate.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"
#include "auth/expiring_cache.h"

namespace annex::auth {

/// Verifies the chains that peers present, for use as clients. Nothing is remembered of the
/// connection that a chain came on. Any thread.
class VerifiedChains {
 public:
  explicit VerifiedChains(const util::Clock& clock) : clock_(clock), known_(kEntries, clock) {}

  /// The leaf. Unauthorized, with the cause for the log, if the chain does not hold; that is not
  /// remembered. `generation` tells apart all states of `roots`. Requires: the chain is not empty.
  Result<tls::Certificate> verify(const http::PeerChain& chain, const tls::CaPool& roots,
                                  std::uint64_t generation);

 private:
  static constexpr std::size_t kEntries = 1024;

  const util::Clock& clock_;
  ExpiringCache<tls::Certificate> known_;
};

}  // namespace annex::auth
