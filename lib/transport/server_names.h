// Which certificate is for whom.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/transport/tls_options.h"
#include "annex/util/result.h"

namespace annex::transport {

/// Finds the certificate for a name, as upstream's servers choose. Immutable once made.
class ServerNames {
 public:
  /// BadRequest: a certificate cannot be read.
  static Result<ServerNames> make(const std::vector<SniCertificate>& certificates);

  /// The position of the certificate for `name`: a host name in any case, or an IP address. Absent:
  /// the default is for it.
  std::optional<std::size_t> find(std::string_view name) const;
  bool empty() const { return positions_.empty(); }

 private:
  std::map<std::string, std::size_t, std::less<>> positions_;
};

}  // namespace annex::transport
