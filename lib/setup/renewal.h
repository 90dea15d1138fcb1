// Renewal where the certificates are kept, and of what kube-apiserver trusts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kube/objects.h"
#include "setup/certificates.h"
#include "setup/plan.h"

namespace annex::setup {

/// Where a CertificateSet is kept. One thread at a time.
class CertificateKeeper {
 public:
  CertificateKeeper() = default;
  CertificateKeeper(const CertificateKeeper&) = delete;
  CertificateKeeper& operator=(const CertificateKeeper&) = delete;
  virtual ~CertificateKeeper() = default;

  /// Empty if there is none yet.
  virtual Result<CertificateSet> read() = 0;
  virtual Result<void> write(const CertificateSet& set) = 0;
  /// "Secret ovens/bakery-serving".
  virtual std::string text() const = 0;
};

/// In a folder; see certificate_folder.h.
std::unique_ptr<CertificateKeeper> keep_in_folder(std::string folder);
/// In the plan's Secret, as install makes it. `objects` outlives it.
std::unique_ptr<CertificateKeeper> keep_in_secret(const Plan& plan, kube::Objects& objects);

struct RenewalOptions {
  CertificatePolicy policy{};
  bool dry_run = false;  ///< tells what would be done
  /// Writes the CAs into the caBundle of the plan's APIServices, as kCertificateManager; null:
  /// whoever trusts the bundle takes it from where it is kept. Rights: get and patch on these
  /// APIServices.
  kube::Objects* api_services = nullptr;
  /// Told of each step, a line each. May be empty.
  std::function<void(const std::string& line)> tell{};
};

/// Renews what is due: first who is trusted is published, then the rest is kept. NotFound: an
/// APIService is not there. On any other error it can be done again.
Result<Renewal> renew_kept(const Plan& plan, CertificateKeeper& keeper,
                           const RenewalOptions& options, util::WallTime now);

}  // namespace annex::setup
