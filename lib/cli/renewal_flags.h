// The flags by which a server renews its own certificates.
#pragma once

#include <memory>
#include <string>

#include "annex/server/server.h"
#include "setup/certificates.h"

namespace CLI {
class App;
}

namespace annex::cli {

struct Flags;

/// How long certificates hold, as setup::CertificatePolicy has it.
struct CertificateTimes {
  util::Duration life = setup::CertificatePolicy().life;
  util::Duration overlap = setup::CertificatePolicy().overlap;
};

/// `times` outlives the parsing.
void add_certificate_times(CLI::App& app, CertificateTimes& times);
/// BadRequest: the old CA's turn would not be over before the next renewal.
Result<void> set_certificate_times(const CertificateTimes& times, setup::CertificatePolicy& policy);

struct RenewalFlags {
  std::string where{};    ///< "secret", or a folder; empty: nobody renews
  std::string service{};  ///< "bakery.ovens"; empty: the server's name in the pod's namespace
  std::string name{};     ///< of the installation; empty: the server's
  bool manage = false;    ///< the caBundle of its APIServices
  CertificateTimes times{};
};

/// `flags` outlives the parsing.
void add_renewal_flags(CLI::App& app, RenewalFlags& flags);

/// Has `server` renew its certificates as the flags say. Those of a folder are there afterwards,
/// and `flags` name them as what it serves with. BadRequest: a flag, or the cluster that is needed
/// for it; what else could not be done is logged and tried again, unless there is no certificate at
/// all. Requires: the server is not started.
Result<void> renew_own_certificates(Server& server, Flags& flags, Environment environment);

}  // namespace annex::cli
