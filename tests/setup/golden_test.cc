// The manifests of a few installations, word for word. After a change that is meant, run setup_test
// with UPDATE_GOLDEN=1 and read the difference.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "setup/manifests.h"
#include "setup/rights.h"
#include "tests/setup/bakery.h"

namespace setup = annex::setup;
using setup::test::bakery_plan;

namespace {

const setup::CertificateSet kCertificates{"the CAs", "the CA's key", "the certificate", "its key"};

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SETUP_GOLDEN) + "/" + name + ".yaml";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  CHECK(text == read(path));
}

void check_golden(const std::string& name, const setup::Plan& plan) {
  check_golden(name, setup::write_manifests(setup::make_manifests(plan, kCertificates)));
}

}  // namespace

TEST_CASE("one replica beside its volume") { check_golden("file", bakery_plan()); }

TEST_CASE("two replicas over a store that they share") {
  setup::PlanOptions options;
  options.store = "pool:https://pool:2379";
  options.namespace_name = "ovens";
  options.arguments = {"--v=2"};
  check_golden("shared", bakery_plan(options));
}

TEST_CASE("one replica that forgets") {
  setup::PlanOptions options;
  options.store = "memory";
  check_golden("memory", bakery_plan(options));
}

TEST_CASE("certificates by cert-manager") {
  setup::PlanOptions options;
  options.issuer = setup::Issuer::kCertManager;
  options.storage_class = "fast";
  check_golden("cert-manager", bakery_plan(options));
}

TEST_CASE("nothing in kube-system") {
  setup::PlanOptions options;
  options.trust = setup::Trust{"the front proxy's CA", "the clients' CA", "front-proxy-client"};
  check_golden("without-kube-system", bakery_plan(options));
}

TEST_CASE("a server outside of the cluster") {
  setup::PlanOptions options;
  options.external = "192.0.2.7:8443";
  check_golden("external-address", bakery_plan(options));
  options.external = "build.example.com:8443";
  check_golden("external-name", bakery_plan(options));
}

TEST_CASE("the rights of an installer") {
  const setup::Plan plan = bakery_plan();
  check_golden("installer-role", setup::write_manifests({setup::installer_role(
                                     plan, setup::make_manifests(plan, kCertificates))}));
}

TEST_CASE("no installation trusts a server blindly, or runs one with rights that it needs not") {
  for (const char* const name : {"file", "shared", "memory", "cert-manager", "without-kube-system",
                                 "renewing", "external-address", "external-name"}) {
    const std::string text = read(std::string(SETUP_GOLDEN) + "/" + name + ".yaml");
    INFO(name);
    REQUIRE(text.find("kind: APIService") != std::string::npos);
    CHECK(text.find("insecureSkipTLSVerify") == std::string::npos);
    CHECK(text.find("privileged") == std::string::npos);
    CHECK(text.find("'*'") == std::string::npos);
  }
}

TEST_CASE("a kustomization lists its files in the order of their application") {
  const auto files =
      setup::write_kustomization(setup::make_manifests(bakery_plan(), kCertificates));
  REQUIRE(files.size() > 10);
  CHECK(files.front().name == "01-namespace-bakery.yaml");
  CHECK(files[2].name == "03-clusterrolebinding-bakery-auth-delegator.yaml");
  CHECK(files.back().name == "kustomization.yaml");
  std::string order;
  for (std::size_t i = 0; i + 1 < files.size(); ++i) order += "- " + files[i].name + "\n";
  CHECK(files.back().text ==
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" + order);
}

TEST_CASE("a server that renews its certificate may write its own Secret and registration alone") {
  setup::PlanOptions options;
  options.renews = true;
  options.namespace_name = "ovens";
  check_golden("renewing", bakery_plan(options));
}
