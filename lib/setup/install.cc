#include "setup/install.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "annex/schema/formats.h"
#include "setup/manifests.h"
#include "setup/rights.h"
#include "setup/serving.h"
#include "setup/waiting.h"

namespace annex::setup {
namespace {

using json::Value;

/// One run of the command.
class Installation {
 public:
  Installation(const Plan& plan, const InstallOptions& options, const Tools& tools)
      : plan_(plan), options_(options), tools_(tools) {}

  Result<void> run();

 private:
  Result<void> check_cluster();
  Result<void> check_rights();
  Result<void> check_owner();
  Result<void> read_trust();
  Result<void> find_certificates();
  Result<void> remove_former_versions();
  Result<void> apply(const Item& item);
  Result<void> apply_object(const Item& item, const Value& object, kube::ApplyOptions how);
  Result<void> apply_registration(const Item& item);

  bool is_plans(const Value& api_service) const {
    return api_service.at_string({"spec", "service", "namespace"}) == plan_.namespace_name &&
           api_service.at_string({"spec", "service", "name"}) == plan_.service;
  }

  Plan plan_;  ///< completed by what the cluster tells
  const InstallOptions& options_;
  const Tools& tools_;
  CertificateSet certificates_{};
  bool has_namespace_ = false;  ///< the namespace is there
  bool own_namespace_ = true;   ///< it is annex's, or will be
  int changes_ = 0;
};

Result<void> Installation::check_cluster() {
  const Result<kube::Answer> layer = tools_.objects.read("/apis/apiregistration.k8s.io/v1");
  if (!layer) {
    if (layer.error().reason != Reason::kNotFound) return layer.error();
    return Error{Reason::kNotFound,
                 "the cluster has no aggregation layer (apiregistration.k8s.io/v1 is not served): "
                 "is this a Kubernetes API server?"};
  }
  if (plan_.issuer != Issuer::kCertManager) return {};
  const Result<kube::Answer> manager = tools_.objects.read("/apis/cert-manager.io/v1");
  if (manager || manager.error().reason != Reason::kNotFound) {
    return manager ? Result<void>() : manager.error();
  }
  return Error{Reason::kNotFound,
               "the cluster has no cert-manager (cert-manager.io/v1 is not served): install it, or "
               "leave --certificates=cert-manager out"};
}

Result<void> Installation::check_rights() {
  const std::vector<kube::Right> rights = rights_to_install(plan_, make_manifests(plan_, {}));
  std::string missing;
  for (const kube::Right& right : rights) {
    const Result<bool> allowed = tools_.objects.may(right);
    if (!allowed) return allowed.error();
    if (!*allowed) missing += "\n  " + right_text(right);
  }
  if (missing.empty()) {
    tools_.tell("checked " + std::to_string(rights.size()) + " rights: all are there");
    return {};
  }
  return Error{Reason::kForbidden, "you lack rights that the installation takes:" + missing +
                                       "\nSomebody who has them can give them with what `" +
                                       options_.program + " manifests --installer-role` prints."};
}

/// An APIService is the cluster's, not a namespace's: two installations would fight over it.
Result<void> Installation::check_owner() {
  for (const Item& item : registration_items(plan_, {})) {
    const auto now = tools_.objects.get(item.place, item.name());
    if (!now) return now.error();
    if (!*now || is_plans(**now) || options_.force) continue;
    const std::string& service = (*now)->at_string({"spec", "service", "name"});
    return Error{Reason::kConflict,
                 item.text() + " is there already, and " +
                     (service.empty() ? "is served by the cluster itself"
                                      : "leads to the Service " +
                                            (*now)->at_string({"spec", "service", "namespace"}) +
                                            "/" + service) +
                     ": uninstall that, or take it over with --force"};
  }
  const auto now =
      tools_.objects.get({kNamespace.api_version, kNamespace.plural, {}}, plan_.namespace_name);
  if (!now) return now.error();
  has_namespace_ = now->has_value();
  own_namespace_ = !has_namespace_ || is_ours(plan_, **now);
  if (!own_namespace_) {
    tools_.tell("left Namespace " + plan_.namespace_name + ": annex did not make it");
  }
  return {};
}

/// Takes from the cluster's configmap what the plan does not say itself.
Result<void> Installation::read_trust() {
  if (!plan_.trust || !plan_.trust->front_proxy_ca.empty()) return {};
  const auto found =
      tools_.objects.get({"v1", "configmaps", "kube-system"}, kAuthenticationConfigMap);
  if (!found) return found.error();
  const std::string ca = *found ? (*found)->at_string({"data", kFrontProxyCa}) : std::string();
  if (ca.empty()) {
    return Error{Reason::kNotFound,
                 std::string("the configmap kube-system/") + kAuthenticationConfigMap +
                     " tells no CA of front proxies: give --requestheader-client-ca-file"};
  }
  plan_.trust->front_proxy_ca = ca;
  plan_.trust->client_ca = (*found)->at_string({"data", kClientCa});
  return set_allowed_names((*found)->at_string({"data", "requestheader-allowed-names"}),
                           *plan_.trust);
}

Result<void> Installation::find_certificates() {
  if (plan_.issuer == Issuer::kCertManager) {
    const auto kept = tools_.objects.get(cert_manager_place(plan_), plan_.secret());
    if (!kept) return kept.error();
    if (*kept && plan_.extra_names.empty()) plan_.extra_names = further_names(plan_, **kept);
    return {};
  }
  if (!plan_.external) {
    const auto kept = tools_.objects.get(
        {kSecret.api_version, kSecret.plural, plan_.namespace_name}, plan_.secret());
    if (!kept) return kept.error();
    if (*kept) certificates_ = certificates_in(**kept);
  } else {
    certificates_ = options_.certificates;
  }
  Result<Renewal> renewal = renew_certificates(plan_, certificates_, tools_.clock.wall_now());
  if (!renewal) return renewal.error();
  certificates_ = std::move(renewal->set);
  for (const std::string& step : renewal->steps) tools_.tell(step);
  if (!plan_.external || options_.dry_run || !options_.on_certificates) return {};
  return options_.on_certificates(certificates_);
}

/// What an older program served and this one does not: nobody would answer for it any more, and the
/// cluster could end no namespace.
Result<void> Installation::remove_former_versions() {
  const std::vector<Item> wanted = registration_items(plan_, {});
  const kube::Place place{kApiService.api_version, kApiService.plural, {}};
  const Result<json::Array> all = tools_.objects.list(place, label_selector(plan_));
  if (!all) return all.error();
  for (const Value& each : *all) {
    const std::string& name = each.at_string({"metadata", "name"});
    const bool kept = std::any_of(wanted.begin(), wanted.end(),
                                  [&](const Item& item) { return item.name() == name; });
    if (kept || !is_plans(each)) continue;
    const Result<bool> removed = tools_.objects.remove(place, name, options_.dry_run);
    if (!removed) return removed.error();
    ++changes_;
    tools_.tell(std::string(options_.dry_run ? "would remove" : "removed") + " APIService " + name +
                ", which this program does not serve");
  }
  return {};
}

/// Where the server renews its certificate itself, or certs has done so, the caBundle is theirs.
Result<void> Installation::apply_registration(const Item& item) {
  const auto now = tools_.objects.get(item.place, item.name());
  if (!now) return now.error();
  if (plan_.issuer != Issuer::kOwn || !*now || !is_bundle_managed(**now)) return apply(item);
  const std::string& wanted = item.object.at_string({"spec", "caBundle"});
  if ((*now)->at_string({"spec", "caBundle"}) != wanted) {
    const Value change = bundle_change(item, certificates_.ca_bundle);
    const kube::ApplyOptions how{options_.force, options_.dry_run, kCertificateManager};
    if (Result<void> done = apply_object(item, change, how); !done) return done;
  }
  return apply(without_bundle(item));
}

Result<void> Installation::apply(const Item& item) {
  return apply_object(item, item.object, {options_.force, options_.dry_run, {}});
}

Result<void> Installation::apply_object(const Item& item, const Value& object,
                                        kube::ApplyOptions how) {
  if (item.place.plural == kNamespace.plural && !own_namespace_) return {};
  const bool nowhere =
      options_.dry_run && !has_namespace_ && item.place.namespace_name == plan_.namespace_name;
  kube::Applied applied;
  applied.change = kube::Change::kCreated;
  if (!nowhere) {
    Result<kube::Applied> done = tools_.objects.apply(item.place, object, std::move(how));
    if (!done) {
      Error error = done.error();
      error.message = item.text() + ": " + error.message;
      if (error.reason == Reason::kConflict) {
        error.message += "\nSomebody else decided about these fields; --force takes them over.";
      }
      return error;
    }
    applied = std::move(*done);
  }
  if (applied.change == kube::Change::kNone) {
    tools_.tell("unchanged " + item.text());
    return {};
  }
  ++changes_;
  const bool created = applied.change == kube::Change::kCreated;
  const std::string done = created ? (options_.dry_run ? "would create " : "created ")
                                   : (options_.dry_run ? "would change " : "changed ");
  tools_.tell(done + item.text());
  return {};
}

Result<void> Installation::run() {
  const util::TimePoint deadline = tools_.clock.now() + options_.timeout;
  for (const auto step :
       {&Installation::check_cluster, &Installation::check_rights, &Installation::check_owner,
        &Installation::read_trust, &Installation::find_certificates,
        &Installation::remove_former_versions}) {
    if (Result<void> done = (this->*step)(); !done) return done;
  }
  const std::vector<Item> registrations = registration_items(plan_, certificates_.ca_bundle);
  const std::vector<Item> items = make_manifests(plan_, certificates_);
  const std::size_t first_registration = items.size() - registrations.size();
  for (std::size_t i = 0; i < first_registration; ++i) {
    if (Result<void> done = apply(items[i]); !done) return done;
  }
  // Registered only when it can answer: an APIService that is not available hinders the cluster.
  for (const Item& item : items) {
    const bool runs =
        item.place.plural == kStatefulSet.plural || item.place.plural == kDeployment.plural;
    if (!runs || options_.dry_run || !options_.wait) continue;
    if (Result<void> done = wait_for_workload(plan_, item, deadline, tools_); !done) return done;
    tools_.tell(item.text() + " is ready");
  }
  for (const Item& item : registrations) {
    if (Result<void> done = apply_registration(item); !done) return done;
  }
  if (options_.dry_run) {
    tools_.tell("nothing was kept: this was a dry run");
    return {};
  }
  if (!options_.wait) {
    tools_.tell("not waited for: see kubectl get apiservices");
    return {};
  }
  for (const Item& item : registrations) {
    if (Result<void> done = wait_for_api_service(item, deadline, tools_); !done) return done;
    tools_.tell(item.text() + " is available");
  }
  if (Result<void> done = wait_for_discovery(plan_, deadline, tools_); !done) return done;
  if (Result<void> done = list_everything(plan_, deadline, tools_); !done) return done;
  tools_.tell(changes_ == 0 ? "nothing had to be changed"
                            : plan_.name + " is installed in namespace " + plan_.namespace_name);
  return {};
}

}  // namespace

Result<void> install(const Plan& plan, const InstallOptions& options, const Tools& tools) {
  return Installation(plan, options, tools).run();
}

}  // namespace annex::setup
