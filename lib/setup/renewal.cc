#include "setup/renewal.h"

#include <utility>

#include "annex/schema/formats.h"
#include "setup/certificate_folder.h"
#include "setup/serving.h"

namespace annex::setup {
namespace {

class FolderKeeper final : public CertificateKeeper {
 public:
  explicit FolderKeeper(std::string folder) : folder_(std::move(folder)) {}
  Result<CertificateSet> read() override { return read_certificates(folder_); }
  Result<void> write(const CertificateSet& set) override {
    return write_certificates(folder_, set);
  }
  std::string text() const override { return "folder " + folder_; }

 private:
  const std::string folder_;
};

class SecretKeeper final : public CertificateKeeper {
 public:
  SecretKeeper(const Plan& plan, kube::Objects& objects) : plan_(plan), objects_(objects) {}

  Result<CertificateSet> read() override {
    const Result<std::optional<json::Value>> secret = objects_.get(place(), plan_.secret());
    if (!secret) return secret.error();
    return *secret ? certificates_in(**secret) : CertificateSet();
  }
  Result<void> write(const CertificateSet& set) override {
    for (const Item& item : certificate_items(plan_, set)) {
      const Result<kube::Applied> applied =
          objects_.apply(item.place, item.object, {/*force=*/true, /*dry_run=*/false});
      if (!applied) return applied.error();
    }
    return {};
  }
  std::string text() const override {
    return "Secret " + plan_.namespace_name + "/" + plan_.secret();
  }

 private:
  kube::Place place() const { return {kSecret.api_version, kSecret.plural, plan_.namespace_name}; }

  const Plan plan_;
  kube::Objects& objects_;
};

/// Those of the trusted CAs that may have signed what is shown now though nobody keeps them any
/// longer: all, if the certificate is lost as well. Another stays trusted no day longer.
std::string still_needed(const CertificateSet& kept, const std::string& trusted,
                         util::WallTime now) {
  const auto shown = tls::Certificate::from_pem(kept.certificate);
  const auto cas = tls::Certificate::from_pem(trusted);
  if (!shown || !cas) return trusted;
  std::string needed;
  for (const tls::Certificate& ca : *cas) {
    const Result<tls::CaPool> pool = tls::CaPool::from_pem(ca.pem());
    if (pool && pool->verify({shown->front().der()}, tls::Usage::kServer, now)) needed += ca.pem();
  }
  return needed;
}

/// The caBundles of the plan's APIServices.
class Registered {
 public:
  Registered(const Plan& plan, kube::Objects& objects, util::WallTime now)
      : plan_(plan), objects_(objects), now_(now) {}

  /// All that they trust now.
  Result<std::string> trusted() {
    std::string all;
    for (const Item& item : registration_items(plan_, {})) {
      const Result<json::Value> found = get(item);
      if (!found) return found.error();
      all += bundle_of(*found);
    }
    return join_bundles(all, {}, now_);
  }

  /// Has each of them trust `bundle`; tells which it changed.
  Result<void> publish(const std::string& bundle, const RenewalOptions& options) {
    for (const Item& item : registration_items(plan_, bundle)) {
      const Result<json::Value> found = get(item);
      if (!found) return found.error();
      const json::Value* const spec = found->find("spec");
      const json::Value* const skips = spec ? spec->find("insecureSkipTLSVerify") : nullptr;
      if (bundle_of(*found) == bundle && !(skips && *skips == json::Value(true))) continue;
      const Result<kube::Applied> applied =
          objects_.apply(item.place, bundle_change(item, bundle),
                         {/*force=*/true, options.dry_run, kCertificateManager});
      if (!applied) return applied.error();
      if (options.tell) options.tell(item.text() + ": wrote the caBundle");
    }
    return {};
  }

 private:
  Result<json::Value> get(const Item& item) {
    Result<std::optional<json::Value>> found = objects_.get(item.place, item.name());
    if (!found) return found.error();
    if (*found) return std::move(**found);
    return Error{Reason::kNotFound, "there is no " + item.text() + ": install the server first"};
  }
  static std::string bundle_of(const json::Value& object) {
    return schema::parse_base64(object.at_string({"spec", "caBundle"})).value_or(std::string());
  }

  const Plan& plan_;
  kube::Objects& objects_;
  const util::WallTime now_;
};

}  // namespace

std::unique_ptr<CertificateKeeper> keep_in_folder(std::string folder) {
  return std::make_unique<FolderKeeper>(std::move(folder));
}

std::unique_ptr<CertificateKeeper> keep_in_secret(const Plan& plan, kube::Objects& objects) {
  return std::make_unique<SecretKeeper>(plan, objects);
}

Result<Renewal> renew_kept(const Plan& plan, CertificateKeeper& keeper,
                           const RenewalOptions& options, util::WallTime now) {
  Result<CertificateSet> kept = keeper.read();
  if (!kept) return kept.error();
  CertificateSet before = *kept;
  if (options.api_services != nullptr) {
    const Result<std::string> trusted = Registered(plan, *options.api_services, now).trusted();
    if (!trusted) return trusted.error();
    kept->ca_bundle = join_bundles(kept->ca_bundle, still_needed(*kept, *trusted, now), now);
  }
  Result<Renewal> renewal = renew(*kept, options.policy, now);
  if (!renewal) return renewal;
  if (options.tell) {
    for (const std::string& step : renewal->steps) options.tell(step);
  }
  if (options.api_services != nullptr) {
    Registered registered(plan, *options.api_services, now);
    if (Result<void> done = registered.publish(renewal->set.ca_bundle, options); !done) {
      return done.error();
    }
  }
  if (renewal->set == before) return renewal;
  if (!options.dry_run) {
    if (Result<void> wrote = keeper.write(renewal->set); !wrote) return wrote.error();
  }
  if (options.tell) options.tell(keeper.text() + ": written");
  return renewal;
}

}  // namespace annex::setup
