#include "setup/doctor.h"

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "annex/json/read.h"
#include "annex/schema/formats.h"
#include "tests/setup/fake_cluster.h"

namespace annex::setup {
namespace {

using std::chrono::hours;
using test::FakeCluster;
using Codes = std::vector<std::string>;

const std::string kService = "/api/v1/namespaces/ovens/services/bakery";
const std::string kSecret = "/api/v1/namespaces/ovens/secrets/bakery-tls";
const std::string kWorkload = "/apis/apps/v1/namespaces/ovens/statefulsets/bakery";
const std::string kSlice = "/apis/discovery.k8s.io/v1/namespaces/ovens/endpointslices/bakery-x";
const std::string kPod = "/api/v1/namespaces/ovens/pods/bakery-0";
const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1";
const std::string kApiServices = "/apis/apiregistration.k8s.io/v1/apiservices/";
const std::string kFirst = kApiServices + "v1.bakery.example.com";
const std::string kTrust =
    "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";

/// One way in which an installation is broken, and what the doctor has to call it.
struct Breakage {
  const char* what;
  const char* code;
  std::function<void(FakeCluster&)> breaks;
};

CertificateSet issued(const std::vector<std::string>& names, util::WallTime at) {
  CertificatePolicy policy;
  policy.names = names;
  return renew({}, policy, at).value().set;
}

/// A certificate by the same CA, made as told.
void issue(FakeCluster& cluster, const std::function<void(tls::CertificateRequest&)>& change) {
  CertificateSet set = cluster.certificates;
  const tls::Identity ca{tls::Certificate::from_pem(set.ca_bundle).value().front(),
                         tls::PrivateKey::from_pem(set.ca_key).value()};
  tls::CertificateRequest request;
  request.subject.common_names = {"bakery"};
  request.names = {"bakery.ovens.svc"};
  request.not_before = cluster.clock.wall_now() - hours(24);
  request.not_after = cluster.clock.wall_now() + hours(2400);
  change(request);
  const tls::Identity made = tls::issue(ca, request).value();
  set.certificate = made.certificate.pem();
  set.key = made.key.pem();
  cluster.set_certificates(set);
}

json::Value yaml(const std::string& text) { return json::read_yaml(text).value().value; }

/// The pod of a workload that is not ready, in this state.
void pod(FakeCluster& cluster, const std::string& status) {
  cluster.at(kWorkload, {"status", "readyReplicas"}) = 0;
  cluster.put(kPod, "metadata: {name: bakery-0, labels: {app: bakery}}\nstatus: " + status);
  cluster.remove(kSlice);
}

const std::vector<Breakage>& cluster_breakages() {
  static const std::vector<Breakage> kAll = {
      {"the API does not answer", "no-answer",
       [](FakeCluster& c) { c.down = Error::unavailable("connection refused"); }},
      {"bad credentials", "caller-unknown",
       [](FakeCluster& c) { c.answers["/version"].status = 401; }},
      {"no rights", "not-allowed",
       [](FakeCluster& c) {
         c.answers[kSecret] = {403, {}, R"({"kind":"Status","reason":"Forbidden","message":"no"})"};
       }},
      {"the API's clock is ahead", "clock-skew",
       [](FakeCluster& c) { c.date_off = std::chrono::seconds(62); }},
      {"the API's clock is behind", "clock-skew",
       [](FakeCluster& c) { c.date_off = -std::chrono::minutes(10); }},
      {"apiregistration is switched off", "aggregation-api-off",
       [](FakeCluster& c) { c.answers["/apis/apiregistration.k8s.io/v1"].status = 404; }},
      {"no authentication configmap", "aggregation-off", [](FakeCluster& c) { c.remove(kTrust); }},
      {"no front proxy CA", "aggregation-off",
       [](FakeCluster& c) {
         c.at(kTrust, {"data"}) = json::Object{{"client-ca-file", "x"}};
       }},
      {"a damaged front proxy CA", "aggregation-ca-unusable",
       [](FakeCluster& c) {
         c.at(kTrust, {"data", "requestheader-client-ca-file"}) = "x";
       }},
      {"no user header", "aggregation-headers-missing",
       [](FakeCluster& c) {
         c.at(kTrust, {"data", "requestheader-username-headers"}) = "[]";
       }},
      {"no namespace", "namespace-missing",
       [](FakeCluster& c) { c.remove("/api/v1/namespaces/ovens"); }},
      {"a namespace that ends", "namespace-terminating",
       [](FakeCluster& c) {
         c.at("/api/v1/namespaces/ovens", {"metadata", "deletionTimestamp"}) =
             "2026-01-02T03:04:05Z";
       }},
      {"no account", "service-account-missing",
       [](FakeCluster& c) { c.remove("/api/v1/namespaces/ovens/serviceaccounts/baker"); }},
      {"no auth-delegator binding", "auth-delegator-missing",
       [](FakeCluster& c) { c.remove(kRbac + "/clusterrolebindings/baker"); }},
      {"auth-delegator for another account", "auth-delegator-missing",
       [](FakeCluster& c) {
         c.at(kRbac + "/clusterrolebindings/baker", {"subjects"}) =
             yaml("[{kind: ServiceAccount, name: default, namespace: ovens}]");
       }},
      {"no auth-delegator role", "auth-delegator-role-missing",
       [](FakeCluster& c) { c.remove(kRbac + "/clusterroles/system:auth-delegator"); }},
      {"no authentication reader binding", "auth-reader-missing",
       [](FakeCluster& c) { c.remove(kRbac + "/namespaces/kube-system/rolebindings/baker"); }},
      {"the reader bound in the wrong namespace", "auth-reader-missing",
       [](FakeCluster& c) {
         const std::string in = kRbac + "/namespaces/kube-system/rolebindings/baker";
         c.objects[kRbac + "/namespaces/ovens/rolebindings/baker"] = c.objects.at(in);
         c.remove(in);
       }},
      {"no authentication reader role", "auth-reader-role-missing",
       [](FakeCluster& c) {
         c.remove(kRbac +
                  "/namespaces/kube-system/roles/extension-apiserver-authentication-reader");
       }},
  };
  return kAll;
}

const std::vector<Breakage>& workload_breakages() {
  static const std::vector<Breakage> kAll = {
      {"no Secret", "secret-missing", [](FakeCluster& c) { c.remove(kSecret); }},
      {"no key", "secret-incomplete",
       [](FakeCluster& c) {
         c.at(kSecret, {"data", "tls.key"}) = "";
       }},
      {"a damaged certificate", "secret-damaged",
       [](FakeCluster& c) {
         c.at(kSecret, {"data", "tls.crt"}) = schema::write_base64("x");
       }},
      {"a damaged key", "secret-damaged",
       [](FakeCluster& c) {
         c.at(kSecret, {"data", "tls.key"}) = schema::write_base64("x");
       }},
      {"the key of another certificate", "secret-key-of-another",
       [](FakeCluster& c) {
         const CertificateSet other = issued({"x"}, c.clock.wall_now());
         c.at(kSecret, {"data", "tls.key"}) = schema::write_base64(other.key);
       }},
      {"another name", "certificate-wrong-name",
       [](FakeCluster& c) { issue(c, [](auto& request) { request.names = {"bakery.svc"}; }); }},
      {"no names", "certificate-wrong-name",
       [](FakeCluster& c) { issue(c, [](auto& request) { request.names = {}; }); }},
      {"ended", "certificate-ended",
       [](FakeCluster& c) {
         issue(c, [&](auto& request) { request.not_after = c.clock.wall_now() - hours(1); });
       }},
      {"not yet valid", "certificate-not-yet-valid",
       [](FakeCluster& c) {
         issue(c, [&](auto& request) { request.not_before = c.clock.wall_now() + hours(1); });
       }},
      {"for clients", "certificate-not-for-servers",
       [](FakeCluster& c) {
         issue(c, [](auto& request) { request.usage = tls::Usage::kClient; });
       }},
      {"ends soon", "certificate-ends-soon",
       [](FakeCluster& c) {
         issue(c, [&](auto& request) { request.not_after = c.clock.wall_now() + hours(3); });
       }},
      {"no workload", "workload-missing", [](FakeCluster& c) { c.remove(kWorkload); }},
      {"scaled down", "workload-scaled-down",
       [](FakeCluster& c) {
         c.at(kWorkload, {"spec", "replicas"}) = 0;
       }},
      {"started without its certificate", "workload-without-certificate",
       [](FakeCluster& c) {
         c.at(kWorkload, {"spec", "template", "spec", "containers"}) =
             yaml("[{name: bakery, image: x, args: [--secure-port=8443]}]");
       }},
      {"no image", "image-unavailable",
       [](FakeCluster& c) {
         pod(c, "{containerStatuses: [{image: x, state: {waiting: {reason: ImagePullBackOff}}}]}");
       }},
      {"it crashes", "server-crashes",
       [](FakeCluster& c) {
         pod(c, "{containerStatuses: [{state: {waiting: {reason: CrashLoopBackOff}}}]}");
       }},
      {"no node", "pod-unschedulable",
       [](FakeCluster& c) {
         pod(c, "{conditions: [{type: PodScheduled, status: 'False', message: no room}]}");
       }},
      {"no endpoints", "endpoints-missing", [](FakeCluster& c) { c.remove(kSlice); }},
      {"not ready, for a reason of its own", "server-not-ready",
       [](FakeCluster& c) {
         c.at(kSlice, {"endpoints"}) =
             yaml("[{addresses: [10.0.0.7], conditions: {ready: false}}]");
         c.met.readyz = 500;
         c.met.readyz_text = "[+]ping ok\n[-]store failed\n";
       }},
      {"not ready, as far as Kubernetes sees", "workload-not-ready",
       [](FakeCluster& c) {
         c.at(kSlice, {"endpoints"}) =
             yaml("[{addresses: [10.0.0.7], conditions: {ready: false}}]");
       }},
      {"endpoints without the port", "endpoints-port-wrong",
       [](FakeCluster& c) { c.at(kSlice, {"ports"}) = yaml("[{name: other, port: 1}]"); }},
      {"nobody listens", "server-down",
       [](FakeCluster& c) {
         c.met.refuses = Error::unavailable("dial tcp 10.0.0.7:8443: connection refused");
         c.unavailable("failing or missing response");
       }},
      {"something else listens", "another-server",
       [](FakeCluster& c) { c.met.refuses = Error::unavailable("tls: handshake failed"); }},
      {"a web server listens", "another-server", [](FakeCluster& c) { c.met.readyz = 404; }},
      {"it shows an old certificate", "certificate-not-served",
       [](FakeCluster& c) {
         const std::vector<std::string> old = c.met.chain;
         issue(c, [](auto&) {});
         c.met.chain = old;
       }},
      {"it lets everybody in", "server-open", [](FakeCluster& c) { c.met.list_of_nobody = 200; }},
  };
  return kAll;
}

const std::vector<Breakage>& registration_breakages() {
  static const std::vector<Breakage> kAll = {
      {"no Service", "service-missing", [](FakeCluster& c) { c.remove(kService); }},
      {"a selector that misses", "service-selector-wrong",
       [](FakeCluster& c) {
         c.at(kService, {"spec", "selector", "app"}) = "cake";
         c.remove(kSlice);
       }},
      {"a Service that leads out", "service-selector-wrong",
       [](FakeCluster& c) {
         c.at(kService, {"spec"}) = yaml("{type: ExternalName, externalName: x}");
       }},
      {"another port", "service-port-wrong",
       [](FakeCluster& c) {
         c.at(kService, {"spec", "ports"}) = yaml("[{name: https, port: 444, targetPort: https}]");
       }},
      {"another target port", "service-target-port-wrong",
       [](FakeCluster& c) {
         c.at(kService, {"spec", "ports"}) = yaml("[{name: https, port: 443, targetPort: 9000}]");
       }},
      {"not registered", "apiservice-missing", [](FakeCluster& c) { c.remove(kFirst); }},
      {"registered as another version", "apiservice-wrong-name",
       [](FakeCluster& c) {
         c.objects[kApiServices + "v9.bakery.example.com"] = c.objects.at(kFirst);
         c.at(kApiServices + "v9.bakery.example.com", {"metadata", "name"}) =
             "v9.bakery.example.com";
         c.remove(kFirst);
       }},
      {"a version that is no more", "apiservice-unserved",
       [](FakeCluster& c) {
         c.objects[kApiServices + "v0.bakery.example.com"] = c.objects.at(kFirst);
         c.at(kApiServices + "v0.bakery.example.com", {"metadata", "name"}) =
             "v0.bakery.example.com";
       }},
      {"registered with another Service", "apiservice-elsewhere",
       [](FakeCluster& c) {
         c.at(kFirst, {"spec", "service", "name"}) = "cakery";
       }},
      {"registered with another port", "apiservice-port-wrong",
       [](FakeCluster& c) {
         c.at(kFirst, {"spec", "service", "port"}) = 8443;
       }},
      {"no caBundle", "ca-bundle-missing",
       [](FakeCluster& c) {
         c.at(kFirst, {"spec", "caBundle"}) = "";
       }},
      {"a damaged caBundle", "ca-bundle-damaged",
       [](FakeCluster& c) {
         c.at(kFirst, {"spec", "caBundle"}) = "eA==";
       }},
      {"a caBundle that has ended", "ca-bundle-ended",
       [](FakeCluster& c) {
         c.at(kFirst, {"spec", "caBundle"}) =
             schema::write_base64(issued({"x"}, c.clock.wall_now() - hours(24 * 4000)).ca_bundle);
       }},
      {"the caBundle of another CA", "ca-bundle-other-ca",
       [](FakeCluster& c) {
         c.at(kFirst, {"spec", "caBundle"}) =
             schema::write_base64(issued({"x"}, c.clock.wall_now()).ca_bundle);
         c.unavailable("tls: failed to verify certificate: x509: unknown authority");
       }},
      {"verification skipped", "ca-bundle-skipped",
       [](FakeCluster& c) {
         c.at(kFirst, {"spec", "insecureSkipTLSVerify"}) = true;
       }},
      {"ExternalName with routing", "external-name-routed",
       [](FakeCluster& c) {
         c.remove(kWorkload);
         c.remove(kSlice);
         c.at(kService, {"spec"}) = yaml("{type: ExternalName, externalName: oven.example.com}");
         c.unavailable("unsupported service type \"ExternalName\"");
       }},
      {"no proxy certificate", "proxy-certificate-missing",
       [](FakeCluster& c) { c.unavailable("bad status from https://10.0.0.7:8443/apis/x: 403"); }},
      {"another proxy certificate", "proxy-certificate-refused",
       [](FakeCluster& c) { c.unavailable("bad status from https://10.0.0.7:8443/apis/x: 401"); }},
      {"a proxy certificate that is a user's", "proxy-certificate-refused",
       [](FakeCluster& c) {
         c.answers["/apis/bakery.example.com/v1/loaves?limit=1"] = {
             403, {}, R"({"kind":"Status","message":"User \"proxy\" cannot list loaves"})"};
       }},
      {"a firewall", "control-plane-cut-off",
       [](FakeCluster& c) {
         c.met.refuses = Error{Reason::kTimeout, "timed out"};
         c.unavailable("context deadline exceeded");
       }},
      {"a name that does not resolve", "name-unresolvable",
       [](FakeCluster& c) { c.unavailable("dial tcp: lookup x: no such host"); }},
      {"a proxy between", "certificate-refused",
       [](FakeCluster& c) { c.unavailable("x509: certificate signed by unknown authority"); }},
      {"whatever else", "apiservice-unavailable", [](FakeCluster& c) { c.unavailable("odd"); }},
      {"users without discovery", "discovery-forbidden",
       [](FakeCluster& c) { c.answers["/apis/bakery.example.com/v1"].status = 403; }},
      {"discovery that fails", "discovery-failing",
       [](FakeCluster& c) { c.answers["/apis/bakery.example.com/v1"].status = 503; }},
      {"an older image", "discovery-incomplete",
       [](FakeCluster& c) {
         c.answers["/apis/bakery.example.com/v1"].body = R"({"resources":[]})";
       }},
      {"no OpenAPI", "openapi-missing",
       [](FakeCluster& c) { c.answers["/openapi/v3/apis/bakery.example.com/v1"].status = 404; }},
      {"lists that fail", "list-failing",
       [](FakeCluster& c) {
         c.answers["/apis/bakery.example.com/v1/loaves?limit=1"].status = 500;
       }},
  };
  return kAll;
}

}  // namespace

TEST_CASE("on a healthy installation nothing is found, be it reachable from here or not") {
  FakeCluster cluster;
  CHECK(cluster.codes() == Codes{});
  cluster.met.refuses = Error{Reason::kTimeout, "timed out awaiting a connection"};
  CHECK(cluster.codes() == Codes{});
}

TEST_CASE("a server outside of the cluster is judged by what it shows") {
  FakeCluster cluster;
  cluster.remove(kWorkload);
  cluster.remove(kSecret);
  cluster.at(kService, {"spec"}) =
      yaml("{type: ExternalName, externalName: oven.example.com, ports: [{port: 443}]}");
  CHECK(cluster.codes() == Codes{});
  issue(cluster, [](auto& request) { request.names = {"oven.example.com"}; });
  CHECK(cluster.codes() == Codes{"certificate-wrong-name"});
}

TEST_CASE("a server outside of the cluster is installed again with the place where it is") {
  const auto commands = [](const char* service, bool keeps_slice) {
    FakeCluster cluster;
    cluster.remove(kWorkload);
    cluster.remove(kSecret);
    if (!keeps_slice) cluster.remove(kSlice);
    cluster.at(kService, {"spec"}) = yaml(service);
    cluster.remove(kFirst);
    std::string all;
    for (const Finding& finding : cluster.examine()) {
      for (const std::string& command : finding.commands) all += command + "\n";
    }
    return all;
  };
  using Catch::Contains;
  CHECK_THAT(
      commands("{type: ExternalName, externalName: oven.example.com, ports: [{port: 8443}]}",
               false),
      Contains("install") && Contains(" --external oven.example.com:8443") && !Contains("--image"));
  CHECK_THAT(commands("{ports: [{name: https, port: 443}]}", true),
             Contains(" --external 10.0.0.7:8443") && !Contains("--image"));
  CHECK_THAT(commands("{ports: [{name: https, port: 443}]}", false),
             Contains(" --external HOST:PORT"));
}

TEST_CASE("each breakage is found by its code, and by no other") {
  std::set<std::string> found;
  for (const auto* const all :
       {&cluster_breakages(), &workload_breakages(), &registration_breakages()}) {
    for (const Breakage& breakage : *all) {
      INFO(breakage.what);
      FakeCluster cluster;
      breakage.breaks(cluster);
      CHECK(cluster.codes() == Codes{breakage.code});
      found.insert(breakage.code);
    }
  }
  for (const Code& code : doctor_codes()) {
    INFO(code.code);
    CHECK(found.count(code.code) == 1);
  }
  CHECK(found.size() == doctor_codes().size());
}

TEST_CASE("two faults that have nothing to do with each other are both told") {
  FakeCluster cluster;
  cluster.remove(kRbac + "/clusterrolebindings/baker");
  cluster.at(kFirst, {"spec", "caBundle"}) = "";
  CHECK(cluster.codes() == Codes{"auth-delegator-missing", "ca-bundle-missing"});
}

TEST_CASE("who may not list is told so by the server, which is no fault") {
  FakeCluster cluster;
  cluster.answers["/apis/bakery.example.com/v1/loaves?limit=1"] = {
      403, {}, R"({"kind":"Status","message":"User \"me\" cannot list loaves"})"};
  CHECK(cluster.codes() == Codes{});
}

TEST_CASE("what installs again does so as the server runs, and takes over what others hold") {
  FakeCluster cluster;
  const std::string command =
      "bakery install --namespace ovens --image registry.example.com/bakery:1";
  cluster.remove(kService);
  CHECK(cluster.examine().at(0).commands == std::vector<std::string>{command});

  const std::string binding = kRbac + "/clusterrolebindings/ovens:bakery:auth-delegator";
  cluster.objects[binding] = cluster.objects.at(kRbac + "/clusterrolebindings/baker");
  cluster.held = {binding};
  cluster.at(kWorkload, {"metadata", "labels"}) =
      yaml("{app.kubernetes.io/name: bakery, app.kubernetes.io/managed-by: annex}");
  json::Value& container =
      cluster.at(kWorkload, {"spec", "template", "spec", "containers"}).as_array().front();
  container.find("args")->as_array().emplace_back("--store=disk:/var/lib/annex/store.db");
  container.find("args")->as_array().emplace_back("--renew-certificates=secret");
  container.find("args")->as_array().emplace_back("--audit-policy=it's mine");
  container.find("ports")->as_array().front().as_object().set("containerPort", 9000);
  const std::vector<Finding> findings = cluster.examine();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].remedy ==
        "Install the server again. --force takes over what others hold: ClusterRoleBinding "
        "ovens:bakery:auth-delegator.");
  CHECK(findings[0].commands ==
        std::vector<std::string>{
            "bakery install --namespace ovens --force --image registry.example.com/bakery:1 "
            "--port 9000 --store disk --renew-certificates -- --secure-port=8443 "
            "--tls-cert-file=/serving/tls.crt --tls-private-key-file=/serving/tls.key "
            R"('--audit-policy=it'\''s mine')"});
  CHECK(cluster.applied.empty());
}

TEST_CASE("an account that is made again is used by pods that are started again") {
  FakeCluster cluster;
  cluster.remove("/api/v1/namespaces/ovens/serviceaccounts/baker");
  CHECK(cluster.examine().at(0).commands ==
        std::vector<std::string>{"kubectl -n ovens create serviceaccount baker",
                                 "kubectl -n ovens rollout restart statefulset/bakery"});
}

TEST_CASE("a remedy on the cluster is a command that says which installation it means") {
  FakeCluster cluster;
  cluster.remove(kRbac + "/namespaces/kube-system/rolebindings/baker");
  const std::vector<Finding> findings = cluster.examine();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].commands ==
        std::vector<std::string>{
            "kubectl -n kube-system create rolebinding ovens:bakery:authentication-reader "
            "--role=extension-apiserver-authentication-reader --serviceaccount=ovens:baker "
            "--dry-run=client -o yaml | kubectl -n kube-system auth reconcile -f -"});
}

}  // namespace annex::setup
