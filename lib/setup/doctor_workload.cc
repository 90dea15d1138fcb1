// Steps 4 to 8: the certificate in its Secret, and the workload that serves with it.
#include <algorithm>

#include "setup/certificates.h"
#include "setup/examination.h"
#include "tls/key_match.h"

namespace annex::setup {
namespace {

/// The value of a flag among a container's arguments, in either form.
std::string flag_of(const json::Value* container, const std::string& flag) {
  for (const char* const list : {"command", "args"}) {
    const json::Array& arguments = items_at(container, {list});
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string text = arguments[i].is_string() ? arguments[i].as_string() : "";
      if (text.rfind(flag + "=", 0) == 0) return text.substr(flag.size() + 1);
      if (text == flag && i + 1 < arguments.size() && arguments[i + 1].is_string()) {
        return arguments[i + 1].as_string();
      }
    }
  }
  return {};
}

/// The Secret that is mounted where `file` is.
std::string secret_at(const FoundWorkload& workload, const std::string& file) {
  for (const json::Value& mount : items_at(workload.container, {"volumeMounts"})) {
    const std::string path = text_at(&mount, {"mountPath"});
    if (path.empty() || file.rfind(path, 0) != 0) continue;
    for (const json::Value& volume : items_at(workload.pod, {"volumes"})) {
      if (text_at(&volume, {"name"}) == text_at(&mount, {"name"})) {
        return text_at(&volume, {"secret", "secretName"});
      }
    }
  }
  return {};
}

bool selects(const json::Value* service, const json::Value& workload) {
  const json::Value* const selector = at(service, {"spec", "selector"});
  if (selector == nullptr || !selector->is_object() || selector->as_object().empty()) return false;
  const json::Value* const labels = at(&workload, {"spec", "template", "metadata", "labels"});
  for (const json::Member& label : selector->as_object()) {
    const json::Value* const has = labels == nullptr ? nullptr : labels->find(label.name);
    if (has == nullptr || !(*has == label.value)) return false;
  }
  return true;
}

/// The one that is called like the plan, else one that the Service leads to.
void find_workload(Examination& run) {
  const json::Value* const service =
      run.get(core("services", run.plan.namespace_name), run.plan.service);
  for (const bool by_name : {true, false}) {
    for (const auto& kind :
         {std::pair("statefulsets", "statefulset"), std::pair("deployments", "deployment")}) {
      for (const json::Value& item : run.list(apps(kind.first, run.plan.namespace_name))) {
        if (run.workload.object != nullptr) return;
        if (by_name ? text_at(&item, {"metadata", "name"}) != run.plan.name
                    : !selects(service, item)) {
          continue;
        }
        run.workload.object = &item;
        run.workload.resource = kind.second;
      }
    }
  }
}

bool leads_outside(const json::Value* service) {
  if (service == nullptr) return false;
  if (text_at(service, {"spec", "type"}) == "ExternalName") return true;
  const json::Value* const selector = at(service, {"spec", "selector"});
  return selector == nullptr || !selector->is_object() || selector->as_object().empty();
}

std::string certs_command(const Examination& run) {
  return run.own("certs") + " --manage-apiservice";
}

void check_certificate(Examination& run, const std::string& secret) {
  const tls::Certificate& certificate = *run.certificate;
  const util::WallTime now = run.tools.clock.wall_now();
  const std::string what = "the certificate in Secret " + run.plan.namespace_name + "/" + secret;
  const std::vector<std::string> commands = {certs_command(run)};
  if (certificate.not_after() <= now) {
    run.find("certificate-ended", what + " ended at " + time_text(certificate.not_after()),
             "Renew it.", commands);
    return;
  }
  if (certificate.not_before() > now) {
    run.find("certificate-not-yet-valid",
             what + " does not hold before " + time_text(certificate.not_before()),
             "Issue it anew, on a machine whose clock is right.", {certs_command(run)});
    return;
  }
  const std::vector<std::string> names = certificate.names();
  if (std::find(names.begin(), names.end(), run.plan.host()) == names.end()) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    run.find("certificate-wrong-name",
             what + " does not name " + run.plan.host() +
                 ", as kube-apiserver calls the server, but " + (list.empty() ? "nothing" : list),
             "Issue it anew.", commands);
    return;
  }
  const auto life = certificate.not_after() - certificate.not_before();
  if (certificate.not_after() - now < life / 6) {
    run.find("certificate-ends-soon", what + " ends at " + time_text(certificate.not_after()),
             "Renew it, and see why nothing has done so by itself.", commands);
  }
}

}  // namespace

void check_workload(Examination& run) {
  find_workload(run);
  if (run.sick) return;
  FoundWorkload& found = run.workload;
  if (found.object == nullptr) {
    run.external =
        leads_outside(run.get(core("services", run.plan.namespace_name), run.plan.service));
    if (run.external || run.sick) return;
    run.find("workload-missing",
             "nothing in namespace " + run.plan.namespace_name +
                 " runs the server: there is no StatefulSet and no Deployment " + run.plan.name,
             "Install the server.", {run.install_command()});
    return;
  }
  found.pod = at(found.object, {"spec", "template", "spec"});
  const json::Array& containers = items_at(found.pod, {"containers"});
  if (!containers.empty()) found.container = &containers.front();
  found.account = text_at(found.pod, {"serviceAccountName"});
  if (found.account.empty()) found.account = "default";
  const std::string named = found.resource + "/" + found.name();
  if (const json::Value* const replicas = at(found.object, {"spec", "replicas"});
      replicas != nullptr && *replicas == json::Value(0)) {
    run.find("workload-scaled-down", named + " is scaled to 0", "Scale it up.",
             {run.kubectl_there() + " scale " + named + " --replicas=1"});
    return;
  }
  const std::string file = flag_of(found.container, "--tls-cert-file");
  if (file.empty()) {
    run.find("workload-without-certificate",
             named +
                 " starts the server without --tls-cert-file: it then shows a certificate that "
                 "no APIService trusts",
             "Install the server again.", {run.install_command()});
    return;
  }
  found.secret = secret_at(found, file);
}

void check_secret(Examination& run) {
  const std::string& secret = run.workload.secret;
  if (run.external || secret.empty()) return;
  const std::string named = "Secret " + run.plan.namespace_name + "/" + secret;
  const json::Value* const found = run.get(core("secrets", run.plan.namespace_name), secret);
  if (run.sick) return;
  if (found == nullptr) {
    run.find("secret-missing", "there is no " + named + ", which holds the serving certificate",
             "Make it.", {certs_command(run)});
    return;
  }
  const std::optional<std::string> certificate = bytes_at(found, {"data", "tls.crt"});
  const std::optional<std::string> key = bytes_at(found, {"data", "tls.key"});
  if (!certificate || certificate->empty() || !key || key->empty()) {
    run.find("secret-incomplete",
             named + " has no " + (!certificate || certificate->empty() ? "tls.crt" : "tls.key"),
             "Issue the certificate anew.", {certs_command(run)});
    return;
  }
  auto chain = tls::Certificate::from_pem(*certificate);
  const auto parsed_key = tls::PrivateKey::from_pem(*key);
  if (!chain || !parsed_key) {
    run.find("secret-damaged",
             named + " has a " + (chain ? "tls.key" : "tls.crt") + " that cannot be read: " +
                 (chain ? parsed_key.error().message : chain.error().message),
             "Issue the certificate anew.", {certs_command(run)});
    return;
  }
  if (!tls::is_key_of(*parsed_key, chain->front())) {
    run.find("secret-key-of-another",
             "the tls.key in " + named + " is not that of the certificate in tls.crt",
             "Issue the certificate anew.", {certs_command(run)});
    return;
  }
  run.certificate = std::move(chain->front());
  check_certificate(run, secret);
}

}  // namespace annex::setup
