// The CA and the serving certificate that a server has for itself, and when they are renewed.
#pragma once

#include <string>
#include <vector>

#include "annex/tls/certificate.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::setup {

/// What is kept: in a folder, as files of these names, or in a Secret, under these keys. A value;
/// what is not there is empty.
struct CertificateSet {
  std::string ca_bundle{};    ///< `ca.crt`: all CAs to be trusted, the newest, which signs, first
  std::string ca_key{};       ///< `ca.key`: of the newest
  std::string certificate{};  ///< `tls.crt`
  std::string key{};          ///< `tls.key`

  bool operator==(const CertificateSet&) const = default;
};

struct CertificatePolicy {
  std::vector<std::string> names{};  ///< for the certificate; empty: those that it has now
  /// Further names stay that a certificate for the first of `names` has. False: it gets these
  /// alone.
  bool keep_names = true;
  util::Duration ca_life = std::chrono::hours(24 * 3650);
  util::Duration life = std::chrono::hours(24 * 365);
  /// How long a new CA is trusted before anything is shown that it signed, and an old one after.
  util::Duration overlap = std::chrono::hours(24);
  bool force_ca = false;           ///< makes a new CA though the old one is not due
  bool force_certificate = false;  ///< likewise the certificate
};

/// What a renewal came to.
struct Renewal {
  CertificateSet set{};
  /// What was done and why, a sentence each; empty: nothing was due.
  std::vector<std::string> steps{};
  util::WallTime next{};  ///< when something is due again
};

/// The names by which a Service is called: `<service>.<namespace>.svc`, as kube-apiserver does, its
/// shorter and longer forms, and localhost.
std::vector<std::string> serving_names(const std::string& service,
                                       const std::string& namespace_name);

/// Does what is due at `now`: a CA and a certificate are renewed once two thirds of their life are
/// over, or if they cannot be used. A new CA comes into the bundle first; the certificate follows
/// once it has been there for the overlap (at once if what is shown now holds for nobody), and
/// after the same time the old CA goes. So at no moment does anybody who has the bundle, or had it
/// an overlap ago, refuse what is shown. BadRequest: no names, or one that cannot be in a
/// certificate.
Result<Renewal> renew(const CertificateSet& kept, const CertificatePolicy& policy,
                      util::WallTime now);

/// The CAs of both texts, each once, those of `first` first, without those that have ended; at most
/// eight. What cannot be read is left out.
std::string join_bundles(const std::string& first, const std::string& second, util::WallTime now);

/// "2026-11-25T18:38:26Z".
std::string time_text(util::WallTime time);

}  // namespace annex::setup
