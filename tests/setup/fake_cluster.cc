#include "tests/setup/fake_cluster.h"

#include <catch2/catch.hpp>

#include "annex/json/patch.h"
#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/formats.h"
#include "http/date.h"

namespace annex::setup::test {
namespace {

const std::string kThere = "/namespaces/ovens";
const std::string kRbac = "/apis/rbac.authorization.k8s.io/v1";
const std::string kDelegator = "system:auth-delegator";
const std::string kReader = "extension-apiserver-authentication-reader";

const char* const kWorkload = R"(
metadata: {name: bakery, namespace: ovens}
spec:
  replicas: 1
  selector: {matchLabels: {app: bakery}}
  template:
    metadata: {labels: {app: bakery}}
    spec:
      serviceAccountName: baker
      containers:
      - name: bakery
        image: registry.example.com/bakery:1
        args: [--secure-port=8443, --tls-cert-file=/serving/tls.crt, --tls-private-key-file=/serving/tls.key]
        ports: [{name: https, containerPort: 8443}]
        volumeMounts: [{name: serving, mountPath: /serving}]
      volumes: [{name: serving, secret: {secretName: bakery-tls}}]
status: {readyReplicas: 1}
)";
const char* const kService = R"(
metadata: {name: bakery, namespace: ovens}
spec:
  type: ClusterIP
  selector: {app: bakery}
  ports: [{name: https, port: 443, targetPort: https, protocol: TCP}]
)";
const char* const kSlice = R"(
metadata: {name: bakery-x, labels: {kubernetes.io/service-name: bakery}}
ports: [{name: https, port: 8443, protocol: TCP}]
endpoints: [{addresses: [10.0.0.7], conditions: {ready: true}}]
)";

kube::Answer answer(int status, const json::Value& body) { return {status, {}, json::write(body)}; }

kube::Answer failure(int status, const char* reason) {
  return answer(status, json::Object{{"kind", "Status"},
                                     {"apiVersion", "v1"},
                                     {"reason", reason},
                                     {"message", std::string("as told: ") + reason}});
}

json::Value binding(const std::string& kind, const std::string& role) {
  return json::Object{
      {"roleRef", json::Object{{"kind", kind}, {"name", role}}},
      {"subjects", json::Array{json::Object{
                       {"kind", "ServiceAccount"}, {"name", "baker"}, {"namespace", "ovens"}}}}};
}

class MetDirectly final : public Direct {
 public:
  explicit MetDirectly(const FakeCluster::Met& met) : met_(met) {}
  Result<std::vector<std::string>> chain(const std::string&, std::uint16_t,
                                         const std::string&) override {
    if (!met_.refuses.message.empty()) return met_.refuses;
    return met_.chain;
  }
  Result<kube::Answer> get(const std::string&, std::uint16_t, const std::string& path) override {
    if (!met_.refuses.message.empty()) return met_.refuses;
    if (path == "/readyz") return kube::Answer{met_.readyz, {}, met_.readyz_text};
    return kube::Answer{met_.list_of_nobody, {}, "{}"};
  }

 private:
  const FakeCluster::Met& met_;
};

}  // namespace

FakeCluster::FakeCluster() {
  plan.name = plan.service = plan.account = "bakery";
  plan.namespace_name = "ovens";
  plan.groups = {{"bakery.example.com",
                  {"v1", "v1beta1"},
                  {{"loaves", "Loaf", true, {"v1", "v1beta1"}, {"get", "list"}, {}}}}};
  CertificatePolicy policy;
  policy.names = serving_names("bakery", "ovens");
  const Result<Renewal> made = renew({}, policy, clock.wall_now() - std::chrono::hours(48));
  REQUIRE(made);

  const Result<tls::Identity> proxy_ca =
      tls::make_ca("proxy", clock.wall_now() - std::chrono::hours(1),
                   clock.wall_now() + std::chrono::hours(100));
  at("/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication") = json::Object{
      {"data", json::Object{{"requestheader-client-ca-file", proxy_ca->certificate.pem()},
                            {"requestheader-username-headers", "[\"X-Remote-User\"]"}}}};
  put("/api/v1" + kThere, "metadata: {name: ovens}");
  put("/api/v1" + kThere + "/serviceaccounts/baker", "metadata: {name: baker}");
  put(kRbac + "/clusterroles/" + kDelegator, "metadata: {name: x}");
  put(kRbac + "/namespaces/kube-system/roles/" + kReader, "metadata: {name: x}");
  at(kRbac + "/clusterrolebindings/baker") = binding("ClusterRole", kDelegator);
  at(kRbac + "/namespaces/kube-system/rolebindings/baker") = binding("Role", kReader);
  put("/apis/apps/v1" + kThere + "/statefulsets/bakery", kWorkload);
  put("/api/v1" + kThere + "/services/bakery", kService);
  put("/apis/discovery.k8s.io/v1" + kThere + "/endpointslices/bakery-x", kSlice);
  for (const std::string version : {"v1", "v1beta1"}) {
    const std::string name = version + ".bakery.example.com";
    put("/apis/apiregistration.k8s.io/v1/apiservices/" + name,
        "metadata: {name: " + name + "}\n" +
            "spec: {service: {name: bakery, namespace: ovens, port: 443}}\n" +
            "status: {conditions: [{type: Available, status: 'True'}]}\n");
    answers["/apis/bakery.example.com/" + version] = {
        200, {}, R"({"resources":[{"name":"loaves"}]})"};
    answers["/openapi/v3/apis/bakery.example.com/" + version] = {200, {}, "{}"};
  }
  answers["/version"] = {200, {}, "{}"};
  answers["/apis/apiregistration.k8s.io/v1"] = {200, {}, "{}"};
  answers["/apis/bakery.example.com/v1/loaves?limit=1"] = {200, {}, "{}"};
  set_certificates(made->set);
}

void FakeCluster::put(const std::string& path, const std::string& yaml) {
  Result<json::Document> value = json::read_yaml(yaml);
  if (!value) FAIL(path << ": " << value.error().message);
  at(path) = std::move(value->value);
}

json::Value& FakeCluster::at(const std::string& path, std::initializer_list<const char*> member) {
  json::Value* value = &objects.at(path);
  for (const char* const name : member) {
    if (!value->is_object()) *value = json::Object();
    if (value->find(name) == nullptr) value->as_object().set(name, nullptr);
    value = value->find(name);
  }
  return *value;
}

void FakeCluster::remove(const std::string& path) { REQUIRE(objects.erase(path) == 1); }

void FakeCluster::set_certificates(const CertificateSet& set) {
  certificates = set;
  at("/api/v1" + kThere + "/secrets/bakery-tls") =
      json::Object{{"data", json::Object{{"tls.crt", schema::write_base64(set.certificate)},
                                         {"tls.key", schema::write_base64(set.key)}}}};
  for (const char* version : {"v1", "v1beta1"}) {
    at("/apis/apiregistration.k8s.io/v1/apiservices/" + std::string(version) +
           ".bakery.example.com",
       {"spec", "caBundle"}) = schema::write_base64(set.ca_bundle);
  }
  const auto chain = tls::Certificate::from_pem(set.certificate);
  met.chain.clear();
  if (chain) met.chain.push_back(chain->front().der());
}

void FakeCluster::unavailable(const std::string& message) {
  for (const char* version : {"v1", "v1beta1"}) {
    at("/apis/apiregistration.k8s.io/v1/apiservices/" + std::string(version) +
           ".bakery.example.com",
       {"status", "conditions"}) = json::Array{json::Object{{"type", "Available"},
                                                            {"status", "False"},
                                                            {"reason", "FailedDiscoveryCheck"},
                                                            {"message", message}}};
  }
}

bool FakeCluster::is_bound(const std::string& account, const std::string& role) const {
  const bool is_delegator = role == kDelegator;
  const std::string bindings = is_delegator ? kRbac + "/clusterrolebindings/"
                                            : kRbac + "/namespaces/kube-system/rolebindings/";
  const std::string roles =
      is_delegator ? kRbac + "/clusterroles/" : kRbac + "/namespaces/kube-system/roles/";
  if (objects.count(roles + role) == 0) return false;
  for (const auto& object : objects) {
    if (object.first.rfind(bindings, 0) != 0) continue;
    if (object.second.at_string({"roleRef", "name"}) != role) continue;
    for (const json::Value& subject : object.second.find("subjects")->as_array()) {
      if ("system:serviceaccount:" + subject.at_string({"namespace"}) + ":" +
              subject.at_string({"name"}) ==
          account) {
        return true;
      }
    }
  }
  return false;
}

kube::Answer FakeCluster::review(const std::string& body) {
  json::Value review = json::parse(body).value();
  const std::string kind = review.at_string({"kind"});
  if (kind == "SelfSubjectReview") {
    review.as_object().set("status", json::Object{{"userInfo", json::Object{{"username", "me"}}}});
    return answer(201, review);
  }
  if (kind == "SelfSubjectAccessReview") {
    review.as_object().set("status", json::Object{{"allowed", true}});
    return answer(201, review);
  }
  const std::string& account = review.at_string({"spec", "user"});
  const json::Value& asked = *review.find("spec")->find("resourceAttributes");
  const std::string& resource = asked.at_string({"resource"});
  const bool is_reader = resource == "configmaps" &&
                         asked.at_string({"namespace"}) == "kube-system" &&
                         asked.at_string({"name"}) == "extension-apiserver-authentication";
  const bool is_delegator = resource == "tokenreviews" || resource == "subjectaccessreviews";
  const bool allowed =
      (is_reader && is_bound(account, kReader)) || (is_delegator && is_bound(account, kDelegator));
  review.as_object().set("status", json::Object{{"allowed", allowed}});
  return answer(201, review);
}

kube::Answer FakeCluster::get(const std::string& path) {
  if (const auto found = answers.find(path); found != answers.end()) return found->second;
  if (const auto found = objects.find(path); found != objects.end()) {
    return answer(200, found->second);
  }
  // A plural at the end, or a name that is not there.
  json::Array items;
  for (const auto& object : objects) {
    if (object.first.rfind(path + "/", 0) != 0) continue;
    if (object.first.find('/', path.size() + 1) == std::string::npos) {
      items.push_back(object.second);
    }
  }
  const std::string last = path.substr(path.rfind('/') + 1);
  const bool is_collection = !items.empty() || last == "statefulsets" || last == "deployments" ||
                             last == "pods" || last == "endpointslices" || last == "apiservices";
  if (!is_collection) return failure(404, "NotFound");
  return answer(200, json::Object{{"items", std::move(items)}});
}

kube::Answer FakeCluster::apply(const std::string& target, const std::string& body) {
  const std::string path = target.substr(0, target.find('?'));
  const bool forced = target.find("force=true") != std::string::npos;
  if (held.count(path) != 0 && !forced) return failure(409, "Conflict");
  if (target.find("dryRun=All") != std::string::npos) return answer(200, objects[path]);
  applied.push_back(path);
  const bool is_new = objects.count(path) == 0;
  json::merge_patch(objects[path], json::parse(body).value());
  return answer(is_new ? 201 : 200, objects[path]);
}

Result<kube::Answer> FakeCluster::call(const kube::Call& call, util::TimePoint) {
  if (!down.message.empty()) return down;
  std::string path = call.path;
  for (std::size_t colon; (colon = path.find("%3A")) != std::string::npos;) {
    path.replace(colon, 3, ":");
  }
  kube::Answer told = call.method == "POST"    ? review(call.body)
                      : call.method == "PATCH" ? apply(path, call.body)
                                               : get(path);
  told.headers.add("Date", http::write_date(clock.wall_now() + date_off));
  return told;
}

std::vector<Finding> FakeCluster::examine() {
  kube::Objects reader(*this, clock, random, [](util::TimePoint) { return false; });
  MetDirectly direct(met);
  return setup::examine(plan, {"bakery", {}, " --namespace ovens"}, {*this, reader, direct, clock});
}

std::vector<std::string> FakeCluster::codes() {
  std::vector<std::string> found;
  for (const Finding& finding : examine()) {
    found.push_back(finding.code);
    // Every finding is a sentence, with another that helps.
    CHECK(finding.message.size() > 20);
    CHECK(finding.remedy.back() == '.');
  }
  return found;
}

}  // namespace annex::setup::test
