// Certificates: reading, naming, making and verifying them, without a TLS library in sight.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::tls {

/// The parts of a subject that Kubernetes reads: CN is the user's name, O the groups.
struct Subject {
  std::vector<std::string> common_names{};   ///< in their order
  std::vector<std::string> organizations{};  ///< in their order

  bool operator==(const Subject&) const = default;
};

/// One X.509 certificate. An immutable value; copies share. Any thread.
class Certificate {
 public:
  /// BadRequest: not one DER certificate.
  static Result<Certificate> from_der(std::string_view der);
  /// All CERTIFICATE blocks of a PEM text, other text between them ignored. BadRequest: a block is
  /// damaged, or there is none.
  static Result<std::vector<Certificate>> from_pem(std::string_view pem);

  /// Each gives the certificate, or a part of it.
  const std::string& der() const;
  std::string pem() const;
  Subject subject() const;
  /// DNS names and IP addresses (as text) of the subject's alternative names.
  std::vector<std::string> names() const;
  /// Each as the certificate says.
  util::WallTime not_before() const;
  util::WallTime not_after() const;
  bool is_ca() const;
  /// The values of the subject's attributes with this dotted object identifier; an entry without a
  /// text is one that is no string.
  std::vector<std::optional<std::string>> subject_values(const std::string& oid) const;
  /// `SN=<decimal>, SKID=<HEX:HEX>, AKID=<HEX:HEX>`, by which logs name a certificate.
  std::string identifier() const;

  struct Impl;
  /// See the functions that read one.
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  /// For the files that wrap OpenSSL.
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// A private key. Immutable; copies share. Never logged.
class PrivateKey {
 public:
  /// A new P-256 key. InternalError: the library's generator failed.
  static Result<PrivateKey> generate();
  /// The first private key of a PEM text (PKCS #8, SEC 1 or PKCS #1, not encrypted).
  static Result<PrivateKey> from_pem(std::string_view pem);
  /// PKCS #8.
  std::string pem() const;

  struct Impl;
  /// See the functions that read or make one.
  explicit PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  /// For the files that wrap OpenSSL.
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

enum class Usage { kServer, kClient };

/// What an authority is asked to sign.
struct CertificateRequest {
  Subject subject{};                 ///< whose it will be
  std::vector<std::string> names{};  ///< DNS names and IP addresses
  Usage usage = Usage::kServer;      ///< what it is good for
  util::WallTime not_before{};       ///< begin of its life
  util::WallTime not_after{};        ///< end of its life
};

/// A certificate with its key.
struct Identity {
  Certificate certificate;  ///< of the key below
  PrivateKey key;           ///< never written to a log
};

/// A self-signed certificate authority with a new P-256 key.
Result<Identity> make_ca(std::string common_name, util::WallTime not_before,
                         util::WallTime not_after);
/// A leaf with a new P-256 key, signed by `ca`. BadRequest: a name or a time that a certificate
/// cannot hold.
Result<Identity> issue(const Identity& ca, const CertificateRequest& request);

/// Trusted roots. Immutable; copies share. Any thread.
class CaPool {
 public:
  /// BadRequest: no certificate, or a damaged one.
  static Result<CaPool> from_pem(std::string_view pem);

  /// Verifies a chain of DER certificates (leaf first, the rest helps only as intermediates) for
  /// `usage` at the time `now`. Unauthorized, with the reason, if it does not hold. The leaf on
  /// success.
  Result<Certificate> verify(const std::vector<std::string>& chain, Usage usage,
                             util::WallTime now) const;
  /// Those it was made of.
  const std::vector<Certificate>& roots() const;

  struct Impl;

 private:
  explicit CaPool(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace annex::tls
