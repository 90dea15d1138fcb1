// Standalone: a server without any Kubernetes around it, its identities in one folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "annex/auth/authenticator.h"
#include "annex/server/options.h"
#include "annex/server/serving_pair.h"
#include "annex/util/result.h"

namespace annex {

/// What a standalone server is made of, kept in a folder that only its owner can enter: a CA, the
/// serving pair, a client identity in `system:masters`, a token for the same, and, once the port is
/// known, a kubeconfig. Made when missing, used again at the next start.
class Standalone {
 public:
  /// Reads or makes the files. `names` are the DNS names and addresses to serve under, besides
  /// localhost. BadRequest, with a sentence that names the file, if the folder cannot be used.
  static Result<Standalone> open(std::string folder, std::vector<std::string> names,
                                 Environment environment);

  /// What the server shows.
  const ServingPair& serving() const { return serving_; }
  /// Who has signed it.
  const std::string& ca_pem() const { return ca_pem_; }
  /// Who holds the token or a certificate of the CA. `clock` must outlive them.
  Result<std::vector<auth::AuthenticatorPtr>> authenticators(const util::Clock& clock) const;
  /// Writes `kubeconfig` for a server at this address. `serving_ca_pem` is what clients trust, the
  /// standalone CA if empty.
  Result<void> write_kubeconfig(const std::string& host, std::uint16_t port,
                                const std::string& serving_ca_pem) const;
  /// Where it is written.
  std::string kubeconfig_path() const { return folder_ + "/kubeconfig"; }

 private:
  Standalone() = default;

  std::string folder_;
  std::string ca_pem_;
  ServingPair serving_;
  ServingPair admin_;
  std::string token_;
};

}  // namespace annex
