// Steps 7 and 8 once they are done: does the server run, can it be reached, and is it believed?
#include <algorithm>

#include "annex/schema/formats.h"
#include "setup/certificates.h"
#include "setup/examination.h"

namespace annex::setup {
namespace {

std::string workload_text(const Examination& run) {
  return run.workload.resource + "/" + run.workload.name();
}

bool is_one_of(const std::string& text, std::initializer_list<const char*> texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// True if the pod belongs to the workload.
bool is_selected(const json::Value& pod, const json::Value* selector) {
  if (selector == nullptr || !selector->is_object()) return false;
  const json::Value* const labels = at(&pod, {"metadata", "labels"});
  for (const json::Member& label : selector->as_object()) {
    const json::Value* const has = labels == nullptr ? nullptr : labels->find(label.name);
    if (has == nullptr || !(*has == label.value)) return false;
  }
  return true;
}

/// True if a fault of the pod was told.
bool check_pod(Examination& run, const json::Value& pod) {
  const std::string name = text_at(&pod, {"metadata", "name"});
  for (const json::Value& status : items_at(&pod, {"status", "containerStatuses"})) {
    const std::string why = text_at(&status, {"state", "waiting", "reason"});
    if (is_one_of(why,
                  {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})) {
      run.find("image-unavailable",
               "the image " + text_at(&status, {"image"}) + " of pod " + name + " cannot be had (" +
                   why + ")",
               "Push it, or install the server with an image that is there.",
               {run.install_command(false)});
      return true;
    }
    if (is_one_of(why, {"CrashLoopBackOff", "RunContainerError", "CreateContainerError",
                        "CreateContainerConfigError"})) {
      run.find("server-crashes",
               "the server in pod " + name + " does not stay up (" + why +
                   "): " + text_at(&status, {"lastState", "terminated", "reason"}),
               "See what it says.", {run.kubectl_there() + " logs " + name + " --previous"});
      return true;
    }
  }
  for (const json::Value& condition : items_at(&pod, {"status", "conditions"})) {
    if (text_at(&condition, {"type"}) == "PodScheduled" &&
        text_at(&condition, {"status"}) == "False") {
      run.find("pod-unschedulable",
               "no node takes pod " + name + ": " + text_at(&condition, {"message"}),
               "Make room, or bind its volume claim, as the message says.");
      return true;
    }
  }
  return false;
}

/// The port of a slice that belongs to the Service's port of this number; 0 if it has none.
std::int64_t slice_port(const json::Value& slice, const json::Value* service, std::int64_t wanted) {
  for (const json::Value& port : items_at(service, {"spec", "ports"})) {
    if (number_at(&port, {"port"}) != wanted) continue;
    for (const json::Value& each : items_at(&slice, {"ports"})) {
      if (text_at(&each, {"name"}) == text_at(&port, {"name"})) return number_at(&each, {"port"});
    }
  }
  return 0;
}

}  // namespace

Endpoints read_endpoints(Examination& run, const json::Value* service) {
  Endpoints count;
  for (const json::Value& slice : run.list(slices(run.plan.namespace_name))) {
    if (text_at(&slice, {"metadata", "labels", "kubernetes.io/service-name"}) != run.plan.service) {
      continue;
    }
    const std::int64_t port = slice_port(slice, service, run.plan.service_port);
    for (const json::Value& endpoint : items_at(&slice, {"endpoints"})) {
      const json::Value* const condition = at(&endpoint, {"conditions", "ready"});
      const bool ready = condition == nullptr || !(*condition == json::Value(false));
      const json::Array& addresses = items_at(&endpoint, {"addresses"});
      if (addresses.empty()) continue;
      if (port == 0) {
        ++count.without_port;
        continue;
      }
      ready ? ++count.ready : ++count.others;
      if (run.endpoint_host.empty() || (ready && count.ready == 1)) {
        run.endpoint_host = addresses.front().is_string() ? addresses.front().as_string() : "";
        run.endpoint_port = static_cast<std::uint16_t>(port);
      }
    }
  }
  return count;
}

namespace {

/// "authentication-configmap": the checks that /readyz says fail.
std::string failing_checks(const std::string& body) {
  std::string names;
  for (std::size_t at = body.find("[-]"); at != std::string::npos; at = body.find("[-]", at + 1)) {
    const std::size_t end = body.find_first_of(" \n", at);
    names += (names.empty() ? "" : ", ") + body.substr(at + 3, end - at - 3);
  }
  return names.empty() ? body.substr(0, 200) : names;
}

std::string address(const Examination& run) {
  return address_text(run.endpoint_host, run.endpoint_port);
}

/// True if a fault was told.
bool check_readyz(Examination& run) {
  const Result<kube::Answer> answer =
      run.tools.direct.get(run.endpoint_host, run.endpoint_port, "/readyz");
  if (!answer || answer->status == 200) return false;
  if (answer->status == 404 || answer->status == 401 || answer->status == 403) {
    run.find("another-server",
             "what listens on " + address(run) + " is no extension API server: it answers " +
                 std::to_string(answer->status) + " to /readyz",
             "Free the port for the server, or give the server another one.");
    return true;
  }
  run.find(
      "server-not-ready",
      "the server at " + address(run) + " runs but is not ready: " + failing_checks(answer->body),
      "See what it says.",
      run.external ? std::vector<std::string>()
                   : std::vector<std::string>{run.kubectl_there() + " logs " + workload_text(run)});
  return true;
}

std::optional<tls::Certificate> leaf_of(const std::vector<std::string>& chain) {
  if (chain.empty()) return std::nullopt;
  Result<tls::Certificate> leaf = tls::Certificate::from_der(chain.front());
  if (!leaf) return std::nullopt;
  return std::move(*leaf);
}

void check_shown(Examination& run, const tls::Certificate& shown) {
  if (run.certificate) {
    if (run.certificate->der() == shown.der()) return;
    run.find("certificate-not-served",
             "the server at " + address(run) + " does not show the certificate in Secret " +
                 run.plan.namespace_name + "/" + run.workload.secret,
             "It takes a minute or two until a changed Secret is in the pod; after that restart "
             "the server.",
             {run.kubectl_there() + " rollout restart " + workload_text(run)});
    return;
  }
  const util::WallTime now = run.tools.clock.wall_now();
  const std::vector<std::string> names = shown.names();
  const char* const remedy = "Give the server a certificate of that name which holds now.";
  const std::string what = "the certificate of the server at " + address(run);
  if (shown.not_after() <= now) {
    run.find("certificate-ended", what + " ended at " + time_text(shown.not_after()), remedy);
  } else if (shown.not_before() > now) {
    run.find("certificate-not-yet-valid",
             what + " does not hold before " + time_text(shown.not_before()), remedy);
  } else if (std::find(names.begin(), names.end(), run.plan.host()) == names.end()) {
    run.find("certificate-wrong-name",
             what + " does not name " + run.plan.host() + ", as kube-apiserver calls the server",
             remedy);
  }
}

}  // namespace

void check_ready(Examination& run) {
  if (run.external) return;
  if (number_at(run.workload.object, {"status", "readyReplicas"}) > 0) return;
  const json::Value* const selector = at(run.workload.object, {"spec", "selector", "matchLabels"});
  for (const json::Value& pod : run.list(core("pods", run.plan.namespace_name))) {
    if (is_selected(pod, selector) && check_pod(run, pod)) return;
  }
}

void check_endpoints(Examination& run) {
  const json::Value* const service =
      run.get(core("services", run.plan.namespace_name), run.plan.service);
  if (text_at(service, {"spec", "type"}) == "ExternalName") {
    run.endpoint_host = text_at(service, {"spec", "externalName"});
    const json::Value* const first = run.get(api_services(), served_versions(run.plan)[0].name);
    run.endpoint_port = static_cast<std::uint16_t>(number_at(first, {"spec", "service", "port"}));
    return;
  }
  const Endpoints found = read_endpoints(run, service);
  if (run.sick || found.ready > 0) return;
  const std::string named = "Service " + run.plan.namespace_name + "/" + run.plan.service;
  if (found.others > 0) {
    if (check_readyz(run)) return;
    run.find("workload-not-ready", named + " has endpoints, but none of them is ready",
             "See why the pods are not ready.",
             {run.kubectl_there() + " describe " +
              (run.external ? "endpointslices" : workload_text(run))});
    return;
  }
  if (found.without_port > 0) {
    run.find("endpoints-port-wrong",
             "the EndpointSlices of " + named + " have no port of the name of its port " +
                 std::to_string(run.plan.service_port),
             "Call the port in the EndpointSlice as in the Service.",
             {run.kubectl_there() + " get endpointslices -l kubernetes.io/service-name=" +
              run.plan.service + " -o yaml"});
    return;
  }
  run.find("endpoints-missing", named + " has no endpoints: no pod of the server runs",
           "See what keeps the pods from running.",
           {run.external ? run.kubectl_there() + " get endpointslices"
                         : run.kubectl_there() + " describe " + workload_text(run)});
}

void check_reach(Examination& run) {
  if (run.endpoint_host.empty()) return;
  const Result<std::vector<std::string>> chain =
      run.tools.direct.chain(run.endpoint_host, run.endpoint_port, run.plan.host());
  if (!chain) {
    const std::string& why = chain.error().message;
    if (why.find("refused") != std::string::npos) {
      run.find("server-down", "nobody listens on " + address(run) + ", where the server should be",
               run.external ? "Start the server there." : "Start the server again.",
               run.external ? std::vector<std::string>()
                            : std::vector<std::string>{run.kubectl_there() + " rollout restart " +
                                                       workload_text(run)});
    } else if (why.rfind("tls:", 0) == 0) {
      run.find("another-server", "what listens on " + address(run) + " does not speak TLS: " + why,
               "Free the port for the server, or give the server another one.");
    }
    return;  // This machine need not be in the cluster's network: kube-apiserver has the say.
  }
  run.reached = true;
  const std::optional<tls::Certificate> shown = leaf_of(*chain);
  if (!shown) return;
  check_shown(run, *shown);
  if (!run.sick) run.certificate = *shown;
}

void check_trust(Examination& run) {
  if (!run.certificate) return;
  const util::WallTime now = run.tools.clock.wall_now();
  std::string names;
  for (const ServedVersion& served : served_versions(run.plan)) {
    const json::Value* const found = run.get(api_services(), served.name);
    const std::optional<std::string> bundle =
        schema::parse_base64(text_at(found, {"spec", "caBundle"}));
    if (!bundle || bundle->empty()) continue;
    const Result<tls::CaPool> pool = tls::CaPool::from_pem(*bundle);
    if (!pool || pool->verify({run.certificate->der()}, tls::Usage::kServer, now)) continue;
    if (pool->verify({run.certificate->der()}, tls::Usage::kClient, now)) {
      run.find(
          "certificate-not-for-servers",
          "the server's certificate is for clients: it lacks the extended key usage serverAuth",
          "Issue it anew.", {run.own("certs") + " --manage-apiservice"});
      return;
    }
    names += (names.empty() ? "" : ", ") + served.name;
  }
  if (names.empty()) return;
  run.find("ca-bundle-other-ca",
           "the caBundle of APIService " + names +
               " does not have the CA that signed the server's "
               "certificate",
           "Write that CA into it.", {run.own("certs") + " --manage-apiservice"});
}

void check_server(Examination& run) {
  if (!run.reached || check_readyz(run)) return;
  for (const ServedGroup& group : run.plan.groups) {
    for (const ServedResource& resource : group.resources) {
      const std::string path =
          "/apis/" + group.name + "/" + resource.versions.front() + "/" + resource.plural;
      const Result<kube::Answer> answer =
          run.tools.direct.get(run.endpoint_host, run.endpoint_port, path + "?limit=1");
      if (!answer || answer->status == 401 || answer->status == 403) continue;
      if (answer->status == 200) {
        run.find("server-open",
                 "the server at " + address(run) + " shows " + resource.plural +
                     " to callers without any identity",
                 "Take the right to read them from system:anonymous and system:unauthenticated, "
                 "and --standalone or authorizers that allow everything from the server.",
                 {run.kubectl() + " get clusterrolebindings -o wide"});
      } else if (answer->status == 404) {
        run.find("another-server",
                 "the server at " + address(run) + " does not know " + path +
                     ": another one runs there, or an older image",
                 "Install the server with the image that this program is from.",
                 {run.install_command(false)});
      }
      return;  // One resource tells for all of them.
    }
  }
}

}  // namespace annex::setup
