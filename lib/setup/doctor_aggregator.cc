// Step 15: what kube-apiserver makes of the server, asked as a client would.
#include <algorithm>
#include <utility>

#include "annex/json/read.h"
#include "setup/examination.h"

namespace annex::setup {
namespace {

/// What kube-apiserver says of an APIService; null if it has not said anything.
const json::Value* condition_of(const json::Value* api_service) {
  for (const json::Value& condition : items_at(api_service, {"status", "conditions"})) {
    if (text_at(&condition, {"type"}) == "Available") return &condition;
  }
  return nullptr;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kProxyRemedy =
    "Let --proxy-client-cert-file of kube-apiserver be signed by its "
    "--requestheader-client-ca-file, with a common name out of --requestheader-allowed-names.";

/// Why kube-apiserver cannot use the server, in its own words (kube-aggregator
/// `pkg/controllers/status/remote`), and what that means when all before was well.
struct Symptom {
  const char* part;
  const char* code;
  const char* meaning;
  const char* remedy;
};

constexpr Symptom kSymptoms[] = {
    {"unsupported service type", "external-name-routed",
     "kube-apiserver runs with --enable-aggregator-routing, which does not work with a Service of "
     "type ExternalName",
     "Register the server by its IP address, which makes a Service without selector and an "
     "EndpointSlice, or take that flag from kube-apiserver."},
    {": 403", "proxy-certificate-missing",
     "kube-apiserver calls the server without a certificate, and so as nobody",
     "Start kube-apiserver with --proxy-client-cert-file and --proxy-client-key-file; see that no "
     "proxy in front of the server ends TLS."},
    {": 401", "proxy-certificate-refused",
     "the server does not accept the certificate that kube-apiserver calls with", kProxyRemedy},
    {"certificate", "certificate-refused",
     "kube-apiserver does not accept the certificate that it is shown, though it holds here",
     "See that what kube-apiserver reaches is the server: no proxy between them may end TLS."},
    {"no such host", "name-unresolvable", "kube-apiserver cannot resolve the server's name",
     "Give kube-apiserver's machine a resolver that knows it, or register the server by its IP "
     "address."},
    {"deadline exceeded", "control-plane-cut-off",
     "kube-apiserver gets no answer from where the server is",
     "Let the control plane's machines reach the server's port: firewalls often let only 443 and "
     "10250 through, and with aggregator routing it is the pod's port that counts."},
    {"i/o timeout", "control-plane-cut-off",
     "kube-apiserver gets no answer from where the server is",
     "Let the control plane's machines reach the server's port: firewalls often let only 443 and "
     "10250 through, and with aggregator routing it is the pod's port that counts."},
    {"no route to host", "control-plane-cut-off", "kube-apiserver has no way to the server",
     "Let the control plane's machines reach the pods, or set --enable-aggregator-routing as your "
     "network needs it."},
    {"connection refused", "server-down",
     "nobody listens where kube-apiserver looks for the server", "Start the server again."},
};

/// The resources of a discovery document.
bool lists(const json::Value& document, const std::string& plural) {
  const json::Array& resources = items_at(&document, {"resources"});
  return std::any_of(resources.begin(), resources.end(), [&](const json::Value& resource) {
    return text_at(&resource, {"name"}) == plural;
  });
}

void check_document(Examination& run, const ServedVersion& served, const kube::Answer& answer) {
  if (answer.status == 403) {
    run.find(
        "discovery-forbidden",
        "you may not read " + served.path() +
            ", which every user of a cluster may: ClusterRole system:discovery is not bound to "
            "group system:authenticated",
        "Bind it.",
        {run.kubectl() +
         " create clusterrolebinding system:discovery "
         "--clusterrole=system:discovery --group=system:authenticated "
         "--dry-run=client -o yaml | " +
         run.kubectl() + " auth reconcile -f -"});
    return;
  }
  if (answer.status != 200) {
    run.find("discovery-failing",
             "kube-apiserver answers " + std::to_string(answer.status) + " to " + served.path() +
                 ", though APIService " + served.name +
                 " is available: " + answer.body.substr(0, 200),
             "Wait for a few seconds; if it stays so, see what the server says.",
             {run.kubectl() + " get --raw " + served.path()});
    return;
  }
  const Result<json::Value> document = json::parse(answer.body);
  for (const ServedGroup& group : run.plan.groups) {
    for (const ServedResource& resource : group.resources) {
      const auto& versions = resource.versions;
      if (group.name != served.group ||
          std::find(versions.begin(), versions.end(), served.version) == versions.end() ||
          (document && lists(*document, resource.plural))) {
        continue;
      }
      run.find("discovery-incomplete",
               served.path() + " does not tell of " + resource.plural +
                   ": another server, or an older image, answers",
               "Install the server with the image that this program is from.",
               {run.install_command(false)});
      return;
    }
  }
}

/// True if a fault was told: the server refuses somebody else than who asks, who would be let in.
/// So it is where it takes kube-apiserver's certificate for that of a user.
bool check_caller(Examination& run, const std::string& group, const ServedResource& resource,
                  const kube::Answer& answer) {
  const Result<bool> may = run.tools.objects.may({"list", group, resource.plural, {}, {}, {}});
  if (!may || !*may) return false;
  const json::Value review(
      json::Object{{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "SelfSubjectReview"}});
  const Result<json::Value> self =
      run.tools.objects.create({"authentication.k8s.io/v1", "selfsubjectreviews", {}}, review);
  const std::string me = self ? self->at_string({"status", "userInfo", "username"}) : "";
  const Result<json::Value> status = json::parse(answer.body);
  const std::string said = status ? status->at_string({"message"}) : "";
  const std::size_t named = said.find("User \"");
  if (me.empty() || named == std::string::npos ||
      said.compare(named + 6, me.size() + 1, me + "\"") == 0) {
    return false;
  }
  run.find("proxy-certificate-refused",
           "the server does not take kube-apiserver for a front proxy, but for the caller: you are "
           "told " +
               said,
           kProxyRemedy);
  return true;
}

}  // namespace

void check_available(Examination& run) {
  for (const ServedVersion& served : served_versions(run.plan)) {
    const json::Value* const condition = condition_of(run.get(api_services(), served.name));
    if (text_at(condition, {"status"}) == "True") continue;
    const std::string said = text_at(condition, {"message"});
    const auto* const symptom =
        std::find_if(std::begin(kSymptoms), std::end(kSymptoms),
                     [&](const Symptom& each) { return contains(said, each.part); });
    const std::string about =
        " (APIService " + served.name + ": " + (said.empty() ? "nothing said yet" : said) + ")";
    if (symptom != std::end(kSymptoms)) {
      run.find(symptom->code, symptom->meaning + about, symptom->remedy);
    } else {
      run.find("apiservice-unavailable", "kube-apiserver cannot use the server" + about,
               "kube-apiserver tries again within half a minute; if it stays so, see what the "
               "server says.",
               {run.kubectl() + " get apiservice " + served.name + " -o yaml"});
    }
    return;
  }
}

void check_discovery(Examination& run) {
  for (const ServedVersion& served : served_versions(run.plan)) {
    const std::optional<kube::Answer> answer = run.read(served.path());
    if (answer && !run.sick) check_document(run, served, *answer);
    if (run.sick) return;
  }
}

void check_openapi(Examination& run) {
  for (const ServedVersion& served : served_versions(run.plan)) {
    const std::string path = "/openapi/v3" + served.path();
    const std::optional<kube::Answer> answer = run.read(path);
    if (!answer || answer->status == 200 || answer->status == 403) continue;
    run.find("openapi-missing",
             "kube-apiserver answers " + std::to_string(answer->status) + " to " + path +
                 ": kubectl explain and client-side checks do not work",
             "kube-apiserver asks again within a minute; if it stays so, see what the server says.",
             {run.kubectl() + " get --raw " + path});
    return;
  }
}

void check_list(Examination& run) {
  for (const ServedGroup& group : run.plan.groups) {
    for (const ServedResource& resource : group.resources) {
      const std::string path =
          "/apis/" + group.name + "/" + resource.versions.front() + "/" + resource.plural;
      const std::optional<kube::Answer> answer = run.read(path + "?limit=1");
      if (answer && answer->status == 403 && check_caller(run, group.name, resource, *answer))
        return;
      // Who may not list, may not: that is no fault of the server.
      if (!answer || answer->status == 200 || answer->status == 403 || answer->status == 405)
        continue;
      run.find("list-failing",
               "a list of " + resource.plural + " gives " + std::to_string(answer->status) + ": " +
                   answer->body.substr(0, 200),
               "See what the server says.", {run.kubectl() + " get --raw " + path});
      return;
    }
  }
}

}  // namespace annex::setup
