#include "auth/verified_chains.h"

#include <algorithm>
#include <chrono>

#include "annex/tls/digest.h"

namespace annex::auth {
namespace {

/// Intermediates and roots may end earlier than the leaf: nothing is believed for long.
constexpr std::chrono::minutes kKept{1};

std::string key_of(const std::vector<std::string>& chain, std::uint64_t generation) {
  std::string digests = std::to_string(generation);
  for (const std::string& certificate : chain) digests += tls::sha256(certificate);
  return tls::sha256(digests);
}

}  // namespace

Result<tls::Certificate> VerifiedChains::verify(const http::PeerChain& chain,
                                                const tls::CaPool& roots,
                                                std::uint64_t generation) {
  const util::WallTime now = clock_.wall_now();
  const std::string key = key_of(*chain, generation);
  if (std::optional<tls::Certificate> known = known_.find(key)) {
    // The clock on the wall may have been set in between.
    if (now >= known->not_before() && now <= known->not_after()) return std::move(*known);
  }
  Result<tls::Certificate> leaf = roots.verify(*chain, tls::Usage::kClient, now);
  if (leaf) {
    const util::Duration left = leaf->not_after() - now;
    known_.keep(key, *leaf, std::min<util::Duration>(kKept, left));
  }
  return leaf;
}

}  // namespace annex::auth
