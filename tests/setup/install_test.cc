#include "setup/install.h"

#include <algorithm>

#include "setup/serving.h"
#include "tests/setup/bakery.h"
#include "tests/setup/fake_api.h"

namespace setup = annex::setup;
using annex::Reason;
using annex::json::Object;
using annex::json::Value;
using setup::test::bakery_plan;
using setup::test::FakeApi;

namespace {

const std::string kApiServices = "/apis/apiregistration.k8s.io/v1/apiservices/";
const std::string kSpace = "/api/v1/namespaces/bakery";
const std::string kSet = "/apis/apps/v1/namespaces/bakery/statefulsets/bakery";

annex::Result<void> install(FakeApi& api, const setup::Plan& plan,
                            setup::InstallOptions options = {}) {
  annex::kube::Objects objects = api.objects();
  return setup::install(plan, options, api.tools(objects));
}

annex::Result<void> uninstall(FakeApi& api, const setup::Plan& plan,
                              setup::UninstallOptions options = {}) {
  annex::kube::Objects objects = api.objects();
  return setup::uninstall(plan, options, api.tools(objects));
}

std::string failure(const annex::Result<void>& result, Reason reason) {
  REQUIRE_FALSE(result);
  CHECK(result.error().reason == reason);
  return result.error().message;
}

Value api_service(const std::string& name, const char* space, const char* service, bool ours) {
  Object labels;
  if (ours) {
    labels = {{"app.kubernetes.io/managed-by", "annex"}, {"app.kubernetes.io/name", "bakery"}};
  }
  return Object{{"kind", "APIService"},
                {"metadata", Object{{"name", name}, {"labels", std::move(labels)}}},
                {"spec", Object{{"service", Object{{"namespace", space}, {"name", service}}}}}};
}

}  // namespace

TEST_CASE("an installation registers the server last, and again changes nothing") {
  FakeApi api;
  REQUIRE(install(api, bakery_plan()));
  const std::vector<std::string> written = api.written("PATCH");
  REQUIRE(written.size() == api.kept.size());
  CHECK(written.front() == kSpace);
  CHECK(written[written.size() - 3] == kSet);
  CHECK(written.back() == kApiServices + "v1beta1.bakery.example.com");
  CHECK(api.has_said("bakery is installed in namespace bakery"));
  const auto kept = api.kept;
  REQUIRE(install(api, bakery_plan()));
  CHECK(api.said.back() == "nothing had to be changed");
  CHECK(api.kept == kept);
}

TEST_CASE("who lacks rights is told all of them before anything is written") {
  FakeApi api;
  api.denied = {"create services", "bind clusterroles", "patch apiservices"};
  setup::InstallOptions options;
  options.program = "bakery";
  const std::string said = failure(install(api, bakery_plan(), options), Reason::kForbidden);
  CHECK_THAT(said, Catch::Contains("\n  create services in namespace bakery\n") &&
                       Catch::Contains("\n  bind clusterroles.rbac.authorization.k8s.io "
                                       "\"system:auth-delegator\"\n") &&
                       Catch::Contains("\n  patch apiservices.apiregistration.k8s.io "
                                       "\"v1.bakery.example.com\"\n") &&
                       Catch::Contains("bakery manifests --installer-role"));
  CHECK(api.kept.empty());
}

TEST_CASE("a cluster without what is needed is told in a sentence") {
  FakeApi api;
  api.aggregates = false;
  CHECK_THAT(failure(install(api, bakery_plan()), Reason::kNotFound),
             Catch::Contains("no aggregation layer"));
  FakeApi bare;
  setup::PlanOptions options;
  options.issuer = setup::Issuer::kCertManager;
  CHECK_THAT(failure(install(bare, bakery_plan(options)), Reason::kNotFound),
             Catch::Contains("no cert-manager"));
  options.issuer = setup::Issuer::kOwn;
  options.trust = setup::Trust{};
  CHECK_THAT(failure(install(bare, bakery_plan(options)), Reason::kNotFound),
             Catch::Contains("give --requestheader-client-ca-file"));
  CHECK(bare.kept.empty());
}

TEST_CASE("what does not come is told with what was said of it last") {
  FakeApi api;
  api.ready = false;
  CHECK(failure(install(api, bakery_plan()), Reason::kTimeout) ==
        "gave up waiting for StatefulSet bakery/bakery: 0 of 1 replicas are ready");
  // An APIService without a server would hinder the cluster.
  CHECK(api.kept.count(kApiServices + "v1.bakery.example.com") == 0);
  api.ready = true;
  api.available = false;
  CHECK(failure(install(api, bakery_plan()), Reason::kTimeout) ==
        "gave up waiting for APIService v1.bakery.example.com: FailedDiscoveryCheck: no route");
}

TEST_CASE("another's APIService is not taken over without a word") {
  FakeApi api;
  const std::string path = kApiServices + "v1.bakery.example.com";
  api.kept[path] = api_service("v1.bakery.example.com", "elsewhere", "api", false);
  CHECK_THAT(failure(install(api, bakery_plan()), Reason::kConflict),
             Catch::Contains("leads to the Service elsewhere/api"));
  CHECK(api.kept.size() == 1);
  setup::InstallOptions options;
  options.force = true;
  REQUIRE(install(api, bakery_plan(), options));
  CHECK(api.kept[path].at_string({"spec", "service", "namespace"}) == "bakery");
}

TEST_CASE("versions that are served no more are not left registered") {
  FakeApi api;
  const std::string former = kApiServices + "v1alpha1.bakery.example.com";
  const std::string others = kApiServices + "v1.other.example.com";
  api.kept[former] = api_service("v1alpha1.bakery.example.com", "bakery", "bakery", true);
  api.kept[others] = api_service("v1.other.example.com", "elsewhere", "bakery", true);
  REQUIRE(install(api, bakery_plan()));
  CHECK(api.kept.count(former) == 0);
  CHECK(api.kept.count(others) == 1);
}

TEST_CASE("a dry run tells, and keeps nothing") {
  FakeApi api;
  setup::InstallOptions options;
  options.dry_run = true;
  REQUIRE(install(api, bakery_plan(), options));
  CHECK(api.kept.empty());
  CHECK(api.has_said("would create StatefulSet bakery/bakery"));
  REQUIRE(install(api, bakery_plan()));
  const auto kept = api.kept;
  setup::PlanOptions other;
  other.port = 9443;
  REQUIRE(install(api, bakery_plan(other), options));
  CHECK(api.has_said("would change StatefulSet bakery/bakery"));
  setup::UninstallOptions removal;
  removal.dry_run = true;
  REQUIRE(uninstall(api, bakery_plan(), removal));
  CHECK(api.has_said("would remove StatefulSet bakery/bakery"));
  CHECK(api.kept == kept);
}

TEST_CASE("without kube-system the server gets the cluster's own CAs") {
  FakeApi api;
  api.kept["/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication"] =
      Object{{"data", Object{{"requestheader-client-ca-file", "proxies"},
                             {"client-ca-file", "clients"},
                             {"requestheader-allowed-names", R"(["front"])"}}}};
  setup::PlanOptions options;
  options.trust = setup::Trust{};
  REQUIRE(install(api, bakery_plan(options)));
  const Value& copy = api.kept.at(kSpace + "/configmaps/bakery-trust");
  CHECK(copy.at_string({"data", "requestheader-client-ca-file"}) == "proxies");
  CHECK_THAT(annex::json::write(api.kept.at(kSet)),
             Catch::Contains("--requestheader-allowed-names=front"));
  for (const std::string& path : api.written("PATCH")) {
    CHECK(path.find("kube-system") == std::string::npos);
  }
}

TEST_CASE("an uninstallation removes the APIServices first, and only what annex made") {
  FakeApi api;
  REQUIRE(install(api, bakery_plan()));
  const std::string service = kSpace + "/services/bakery";
  api.kept[service].find("metadata")->as_object().erase("labels");
  const std::string claim = kSpace + "/persistentvolumeclaims/data-bakery-0";
  api.kept[claim] = Object{{"metadata", *api.kept[kSpace].find("metadata")}};
  REQUIRE(uninstall(api, bakery_plan()));
  const std::vector<std::string> removed = api.written("DELETE");
  REQUIRE(removed.size() > 8);
  CHECK(removed[0] == kApiServices + "v1.bakery.example.com");
  CHECK(removed[1] == kApiServices + "v1beta1.bakery.example.com");
  CHECK(api.has_said("left Service bakery/bakery: annex did not make it"));
  CHECK(api.has_said("kept PersistentVolumeClaim bakery/data-bakery-0"));
  CHECK(api.kept.size() == 3);
  setup::UninstallOptions options;
  options.delete_data = true;
  REQUIRE(uninstall(api, bakery_plan(), options));
  CHECK(api.kept.size() == 1);
  REQUIRE(uninstall(api, bakery_plan(), options));
  CHECK(api.said.back() == "nothing of bakery is in namespace bakery");
}

TEST_CASE("a namespace that annex did not make stays as it is") {
  FakeApi api;
  api.kept[kSpace] = Object{{"metadata", Object{{"name", "bakery"}, {"resourceVersion", "7"}}}};
  REQUIRE(install(api, bakery_plan()));
  CHECK(api.kept[kSpace].at_string({"metadata", "resourceVersion"}) == "7");
  setup::UninstallOptions options;
  options.delete_data = true;
  REQUIRE(uninstall(api, bakery_plan(), options));
  CHECK(api.kept.size() == 1);
  CHECK(api.kept.count(kSpace) == 1);
}

TEST_CASE("further names that a certificate was given are remembered, by either issuer") {
  const auto names = [](const FakeApi& api) {
    const Value& secret = api.kept.at(kSpace + "/secrets/bakery-serving");
    return annex::tls::Certificate::from_pem(setup::certificates_in(secret).certificate)
        .value()
        .front()
        .names();
  };
  FakeApi api;
  setup::PlanOptions options;
  options.extra_names = {"bakery.example.com"};
  REQUIRE(install(api, bakery_plan(options)));
  const auto given = names(api);
  CHECK(std::count(given.begin(), given.end(), "bakery.example.com") == 1);
  REQUIRE(install(api, bakery_plan()));
  CHECK(api.said.back() == "nothing had to be changed");

  FakeApi other;
  other.kept["/apis/cert-manager.io/v1"] = Object{};
  options.extra_names.emplace_back("192.0.2.7");
  options.issuer = setup::Issuer::kCertManager;
  REQUIRE(install(other, bakery_plan(options)));
  options.extra_names.clear();
  REQUIRE(install(other, bakery_plan(options)));
  CHECK(other.said.back() == "nothing had to be changed");
}

TEST_CASE("a caBundle that certs has written stays its own, and gets what install issues") {
  FakeApi api;
  REQUIRE(install(api, bakery_plan()));
  const std::string first = kApiServices + "v1.bakery.example.com";
  api.kept.at(first)
      .find("metadata")
      ->as_object()
      .set("managedFields", annex::json::Array{Object{{"manager", setup::kCertificateManager}}});
  const std::size_t before = api.written("PATCH").size();
  REQUIRE(install(api, bakery_plan()));
  // What it says itself has no caBundle, and nothing was to be written in the other's name.
  CHECK(api.kept.at(first).at_string({"spec", "caBundle"}).empty());
  CHECK(api.written("PATCH").size() == 2 * before);

  api.kept.at(first)
      .find("metadata")
      ->as_object()
      .set("managedFields", annex::json::Array{Object{{"manager", setup::kCertificateManager}}});
  REQUIRE(install(api, bakery_plan()));
  CHECK(api.written("PATCH").size() == 3 * before + 1);
}
