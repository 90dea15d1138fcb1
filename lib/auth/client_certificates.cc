#include <string>
#include <utility>
#include <vector>

#include "annex/auth/authenticator.h"
#include "annex/tls/digest.h"
#include "auth/verified_chains.h"

namespace annex::auth {
namespace {

using Answer = std::optional<request::UserInfo>;

constexpr const char* kUidAttribute = "1.3.6.1.4.1.57683.2";

Error bad(std::string cause) { return Error{Reason::kUnauthorized, std::move(cause)}; }

Result<std::string> read_uid(const tls::Certificate& certificate) {
  const std::vector<std::optional<std::string>> uids = certificate.subject_values(kUidAttribute);
  std::string all;
  for (const std::optional<std::string>& uid : uids) {
    if (!uid) return bad("unable to parse UID into a string");
    all += (all.empty() ? "" : " ") + *uid;
  }
  if (uids.empty()) return std::string();
  if (uids.size() > 1) return bad("expected 1 UID, but found multiple: [" + all + "]");
  if (uids.front()->empty()) return bad("UID cannot be an empty string");
  return *uids.front();
}

Result<Answer> read_user(const tls::Certificate& certificate) {
  const tls::Subject subject = certificate.subject();
  // Go keeps the last of several names.
  if (subject.common_names.empty() || subject.common_names.back().empty()) return Answer();
  Result<std::string> uid = read_uid(certificate);
  if (!uid) return uid.error();
  request::UserInfo user;
  user.name = subject.common_names.back();
  user.uid = std::move(*uid);
  user.groups = subject.organizations;
  user.extra = {{"authentication.kubernetes.io/credential-id",
                 {"X509SHA256=" + tls::lower_hex(tls::sha256(certificate.der()))}}};
  return Answer(std::move(user));
}

class ClientCertificates final : public Authenticator {
 public:
  ClientCertificates(TrustSourcePtr trust, const util::Clock& clock)
      : trust_(std::move(trust)), chains_(clock) {}

  Result<Answer> authenticate(const http::Request& request) override {
    if (!request.peer_chain || request.peer_chain->empty()) return Answer();
    const std::shared_ptr<const Trust> trust = trust_->current();
    if (!trust->client_roots) return Answer();
    const Result<tls::Certificate> leaf =
        chains_.verify(request.peer_chain, *trust->client_roots, trust->generation);
    if (!leaf) return refuse(*request.peer_chain, leaf.error());
    return read_user(*leaf);
  }

  bool may_block() const override { return false; }

 private:
  static Error refuse(const std::vector<std::string>& chain, const Error& cause) {
    const Result<tls::Certificate> leaf = tls::Certificate::from_der(chain.front());
    if (!leaf) return bad(cause.message);
    return bad("verifying certificate " + leaf->identifier() + " failed: " + cause.message);
  }

  const TrustSourcePtr trust_;
  VerifiedChains chains_;
};

class FixedTrust final : public TrustSource {
 public:
  explicit FixedTrust(Trust trust) : trust_(std::make_shared<const Trust>(std::move(trust))) {}
  std::shared_ptr<const Trust> current() const override { return trust_; }

 private:
  const std::shared_ptr<const Trust> trust_;
};

}  // namespace

AuthenticatorPtr make_client_certificates(TrustSourcePtr trust, const util::Clock& clock) {
  return std::make_shared<ClientCertificates>(std::move(trust), clock);
}

AuthenticatorPtr make_client_certificates(tls::CaPool roots, const util::Clock& clock) {
  Trust trust;
  trust.client_roots = std::move(roots);
  return make_client_certificates(std::make_shared<FixedTrust>(std::move(trust)), clock);
}

}  // namespace annex::auth
