#include "setup/certificates.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "annex/meta/time.h"
#include "tls/key_match.h"

namespace annex::setup {
namespace {

/// Clocks of clients may be behind.
constexpr std::chrono::hours kMargin{1};
constexpr std::size_t kMostCas = 8;

using Certificates = std::vector<tls::Certificate>;

Certificates read_all(const std::string& pem) {
  Result<Certificates> read = tls::Certificate::from_pem(pem);
  return read ? std::move(*read) : Certificates();
}

std::string write_all(const Certificates& certificates) {
  std::string pem;
  for (const tls::Certificate& certificate : certificates) pem += certificate.pem();
  return pem;
}

util::WallTime begin_of(const tls::Certificate& certificate) {
  return certificate.not_before() + kMargin;
}

/// When two thirds of its life are over.
util::WallTime due(const tls::Certificate& certificate) {
  const auto life = certificate.not_after() - begin_of(certificate);
  return begin_of(certificate) + life / 3 * 2;
}

std::optional<tls::PrivateKey> read_key(const std::string& pem) {
  Result<tls::PrivateKey> key = tls::PrivateKey::from_pem(pem);
  if (!key) return std::nullopt;
  return std::move(*key);
}

bool holds(const Certificates& cas, const tls::Certificate& leaf, util::WallTime now) {
  if (cas.empty()) return false;
  const Result<tls::CaPool> pool = tls::CaPool::from_pem(write_all(cas));
  return pool && pool->verify({leaf.der()}, tls::Usage::kServer, now);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_names(const tls::Certificate& leaf, const std::vector<std::string>& wanted) {
  const std::vector<std::string> names = leaf.names();
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const std::string& name) { return contains(names, name); });
}

/// One renewal: what there is, taken apart.
class Work {
 public:
  Work(const CertificateSet& kept, const CertificatePolicy& policy, util::WallTime now)
      : kept_(kept), policy_(policy), now_(now), cas_(read_all(kept.ca_bundle)) {
    const Certificates shown = read_all(kept.certificate);
    if (!shown.empty()) leaf_ = shown.front();
    const auto ended = [&](const tls::Certificate& ca) { return ca.not_after() <= now_; };
    cas_.erase(std::remove_if(cas_.begin(), cas_.end(), ended), cas_.end());
  }

  Result<Renewal> run() {
    renewal_.set = kept_;
    names_ = policy_.names;
    if (leaf_ && is_remembered(*leaf_)) {
      for (const std::string& name : leaf_->names()) {
        if (!contains(names_, name)) names_.push_back(name);
      }
    }
    if (names_.empty()) return Error::bad_request("there are no names for the certificate");
    if (const Result<void> done = renew_ca(); !done) return done.error();
    if (const Result<void> done = renew_leaf(); !done) return done.error();
    forget_old_cas();
    renewal_.set.ca_bundle = write_all(cas_);
    plan_next();
    return std::move(renewal_);
  }

 private:
  /// Its names count, unless it is for somebody else.
  bool is_remembered(const tls::Certificate& leaf) const {
    if (policy_.names.empty()) return true;
    return policy_.keep_names && has_names(leaf, {policy_.names.front()});
  }

  bool has_more_names() const {
    const std::vector<std::string> names = leaf_->names();
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return !contains(names_, name); });
  }

  /// Why the CA cannot sign any longer; empty if it can.
  std::string ca_fault() const {
    if (cas_.empty()) return "there is none";
    const std::optional<tls::PrivateKey> key = read_key(kept_.ca_key);
    if (!key || !tls::is_key_of(*key, cas_.front())) return "its key is not there";
    if (policy_.force_ca) return "as asked for";
    return due(cas_.front()) <= now_ ? "two thirds of its life are over" : "";
  }

  Result<void> renew_ca() {
    const std::string fault = ca_fault();
    if (fault.empty()) return {};
    // The time tells it from its forerunner, which is in the same bundle.
    Result<tls::Identity> made =
        tls::make_ca("annex CA of " + time_text(now_), now_ - kMargin, now_ + policy_.ca_life);
    if (!made) return made.error();
    renewal_.set.ca_key = made->key.pem();
    renewal_.steps.push_back("made a CA, until " + time_text(made->certificate.not_after()) + ": " +
                             fault);
    cas_.insert(cas_.begin(), made->certificate);
    return {};
  }

  /// Why what is shown now is of no use to anybody; empty if it is.
  std::string leaf_failure() const {
    if (!leaf_) return "there is none";
    const std::optional<tls::PrivateKey> key = read_key(kept_.key);
    if (!key || !tls::is_key_of(*key, *leaf_)) return "its key is not there";
    if (leaf_->not_after() <= now_) return "it has ended";
    if (!has_names(*leaf_, {names_.front()})) return "it lacks the name " + names_.front();
    return holds(cas_, *leaf_, now_) ? "" : "no CA of the bundle signed it";
  }

  /// The newest CA has been known for the overlap.
  bool is_known(const tls::Certificate& ca) const {
    return cas_.size() == 1 || begin_of(ca) + policy_.overlap <= now_;
  }

  Result<void> renew_leaf() {
    std::string why = leaf_failure();
    const bool by_newest = why.empty() && holds({cas_.front()}, *leaf_, now_);
    if (why.empty() && (by_newest || is_known(cas_.front()))) {
      if (!by_newest) {
        why = "an older CA signed it";
      } else if (!has_names(*leaf_, names_)) {
        why = "it lacks a name";
      } else if (has_more_names()) {
        why = "it has a name that is not wanted";
      } else if (policy_.force_certificate) {
        why = "as asked for";
      } else if (due(*leaf_) <= now_) {
        why = "two thirds of its life are over";
      }
    }
    if (why.empty()) return {};
    const std::optional<tls::PrivateKey> key = read_key(renewal_.set.ca_key);
    if (!key) return Error::internal("the CA's key cannot be read");
    tls::CertificateRequest request;
    request.subject.common_names = {names_.front().substr(0, 64)};
    request.names = names_;
    request.not_before = now_ - kMargin;
    request.not_after = std::min(now_ + policy_.life, cas_.front().not_after());
    Result<tls::Identity> made = tls::issue({cas_.front(), *key}, request);
    if (!made) return made.error();
    renewal_.set.certificate = made->certificate.pem();
    renewal_.set.key = made->key.pem();
    renewal_.steps.push_back("issued a certificate, until " +
                             time_text(made->certificate.not_after()) + ": " + why);
    leaf_ = made->certificate;
    return {};
  }

  /// Nothing that an old CA signed has been shown for the overlap.
  void forget_old_cas() {
    if (cas_.size() < 2 || !holds({cas_.front()}, *leaf_, now_)) return;
    if (begin_of(*leaf_) + policy_.overlap > now_) return;
    cas_.resize(1, cas_.front());
    renewal_.steps.push_back("took the old CA out of the bundle");
  }

  void plan_next() {
    const tls::Certificate& ca = cas_.front();
    const bool signed_by_newest = holds({ca}, *leaf_, now_);
    renewal_.next = std::min(due(ca), due(*leaf_));
    if (!signed_by_newest) {
      renewal_.next = begin_of(ca) + policy_.overlap;
    } else if (cas_.size() > 1) {
      renewal_.next = std::min(renewal_.next, begin_of(*leaf_) + policy_.overlap);
    }
    renewal_.next = std::max(renewal_.next, now_);
  }

  const CertificateSet& kept_;
  const CertificatePolicy& policy_;
  const util::WallTime now_;
  Certificates cas_;
  std::optional<tls::Certificate> leaf_;
  std::vector<std::string> names_;
  Renewal renewal_;
};

}  // namespace

std::vector<std::string> serving_names(const std::string& service,
                                       const std::string& namespace_name) {
  const std::string name = service + "." + namespace_name;
  return {name + ".svc", name + ".svc.cluster.local", name, service, "localhost", "127.0.0.1"};
}

Result<Renewal> renew(const CertificateSet& kept, const CertificatePolicy& policy,
                      util::WallTime now) {
  return Work(kept, policy, now).run();
}

std::string join_bundles(const std::string& first, const std::string& second, util::WallTime now) {
  Certificates joined;
  for (const std::string* text : {&first, &second}) {
    for (const tls::Certificate& ca : read_all(*text)) {
      const bool known =
          std::any_of(joined.begin(), joined.end(),
                      [&](const tls::Certificate& other) { return other.der() == ca.der(); });
      if (!known && ca.not_after() > now && joined.size() < kMostCas) joined.push_back(ca);
    }
  }
  return write_all(joined);
}

std::string time_text(util::WallTime time) { return schema::encode(meta::Time{time}).as_string(); }

}  // namespace annex::setup
