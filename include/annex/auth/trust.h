// Whose certificates are believed: the cluster's trust, which changes while the server runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annex/tls/certificate.h"

namespace annex::auth {

/// How a front proxy proves itself and in which headers it tells who calls.
struct FrontProxyTrust {
  tls::CaPool roots;                            ///< who signs the proxy's certificates
  std::vector<std::string> allowed_names{};     ///< common names; empty: any
  std::vector<std::string> username_headers{};  ///< the first that is there counts
  std::vector<std::string> uid_headers{};       ///< as above
  std::vector<std::string> group_headers{};     ///< all of them count
  std::vector<std::string> extra_prefixes{};    ///< of headers that carry extra values
};

/// One state of the trust. Immutable; a request holds the one that it began with. `generation`
/// differs between any two states of one process whose roots differ, so that verified certificates
/// can be remembered by it.
struct Trust {
  std::optional<tls::CaPool> client_roots{};     ///< absent: no client certificates
  std::optional<FrontProxyTrust> front_proxy{};  ///< absent: no front proxy
  std::string client_ca_pem{};                   ///< all roots above, to be named in handshakes
  std::uint64_t generation = 0;                  ///< another one for each change
};

/// Gives the newest trust. Owned by the server; any thread, cheap.
class TrustSource {
 public:
  TrustSource() = default;
  TrustSource(const TrustSource&) = delete;
  TrustSource& operator=(const TrustSource&) = delete;
  virtual ~TrustSource() = default;

  /// Never null.
  virtual std::shared_ptr<const Trust> current() const = 0;
};

using TrustSourcePtr = std::shared_ptr<TrustSource>;

}  // namespace annex::auth
