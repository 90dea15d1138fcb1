// Step 14 and the Service: what kube-apiserver knows of the server.
#include <algorithm>
#include <map>

#include "annex/json/write.h"
#include "annex/schema/formats.h"
#include "setup/certificates.h"
#include "setup/examination.h"

namespace annex::setup {
namespace {

constexpr std::int64_t kHttps = 443;

std::string service_text(const Examination& run) {
  return "Service " + run.plan.namespace_name + "/" + run.plan.service;
}

std::string patch(const Examination& run, const std::string& what, const json::Value& change) {
  return run.kubectl_there() + " patch " + what + " --type=merge -p '" + json::write(change) + "'";
}

bool has_port(const json::Value* service, std::int64_t port) {
  const json::Array& ports = items_at(service, {"spec", "ports"});
  return std::any_of(ports.begin(), ports.end(),
                     [&](const json::Value& each) { return number_at(&each, {"port"}) == port; });
}

void check_selector(Examination& run, const json::Value* service) {
  const json::Value* const wanted = at(run.workload.object, {"spec", "selector", "matchLabels"});
  const json::Value* const labels =
      at(run.workload.object, {"spec", "template", "metadata", "labels"});
  const json::Value* const selector = at(service, {"spec", "selector"});
  bool leads = selector != nullptr && selector->is_object() && !selector->as_object().empty() &&
               text_at(service, {"spec", "type"}) != "ExternalName";
  if (leads) {
    for (const json::Member& label : selector->as_object()) {
      const json::Value* const has = labels == nullptr ? nullptr : labels->find(label.name);
      leads = leads && has != nullptr && *has == label.value;
    }
  }
  if (leads || wanted == nullptr || !wanted->is_object()) return;
  json::Object change = wanted->as_object();
  if (selector != nullptr && selector->is_object()) {
    for (const json::Member& label : selector->as_object()) {
      if (wanted->find(label.name) == nullptr) change.set(label.name, nullptr);
    }
  }
  run.find("service-selector-wrong",
           service_text(run) + " does not lead to the pods of " + run.workload.resource + "/" +
               run.workload.name(),
           "Give it their labels as selector.",
           {patch(run, "service/" + run.plan.service,
                  json::Object{{"spec", json::Object{{"type", "ClusterIP"},
                                                     {"externalName", nullptr},
                                                     {"selector", std::move(change)}}}})});
}

/// The first port that the container declares, by its name if it has one.
json::Value container_port(const Examination& run) {
  for (const json::Value& port : items_at(run.workload.container, {"ports"})) {
    if (const json::Value* const name = port.find("name")) return *name;
    if (const json::Value* const number = port.find("containerPort")) return *number;
  }
  return run.plan.port;
}

bool has_target(const Examination& run, const json::Value& target) {
  const json::Array& ports = items_at(run.workload.container, {"ports"});
  return ports.empty() || std::any_of(ports.begin(), ports.end(), [&](const json::Value& port) {
           const json::Value* const name = port.find("name");
           const json::Value* const number = port.find("containerPort");
           return (name != nullptr && *name == target) || (number != nullptr && *number == target);
         });
}

void check_ports(Examination& run, const json::Value* service) {
  const json::Array& ports = items_at(service, {"spec", "ports"});
  const std::int64_t wanted = run.plan.service_port;
  json::Array fixed;
  std::string fault;
  for (const json::Value& port : ports) {
    json::Object change = port.as_object();
    const json::Value* const target = port.find("targetPort");
    if (!has_port(service, wanted) && fixed.empty()) {
      fault = "service-port-wrong";
      change.set("port", wanted);
    } else if (number_at(&port, {"port"}) == wanted && target != nullptr && !run.external &&
               !has_target(run, *target)) {
      fault = "service-target-port-wrong";
      change.set("targetPort", container_port(run));
    }
    fixed.emplace_back(std::move(change));
  }
  if (fault.empty()) return;
  const bool is_port = fault == "service-port-wrong";
  run.find(is_port ? "service-port-wrong" : "service-target-port-wrong",
           service_text(run) + (is_port ? " has no port " + std::to_string(wanted) +
                                              ", on which kube-apiserver calls the server"
                                        : " leads port " + std::to_string(wanted) +
                                              " to a port that the server does not listen on"),
           "Set the port.",
           {patch(run, "service/" + run.plan.service,
                  json::Object{{"spec", json::Object{{"ports", std::move(fixed)}}}})});
}

/// The same fault of several APIServices is one finding.
class Faults {
 public:
  explicit Faults(Examination& run) : run_(run) {}

  void add(const char* code, const std::string& name, const std::string& command) {
    Fault& fault = faults_[code];
    fault.names += (fault.names.empty() ? "APIService " : ", ") + name;
    if (!command.empty() &&
        std::find(fault.commands.begin(), fault.commands.end(), command) == fault.commands.end()) {
      fault.commands.push_back(command);
    }
  }
  void tell(const char* code, const std::string& before, const std::string& after,
            const std::string& remedy) {
    const auto found = faults_.find(code);
    if (found == faults_.end()) return;
    run_.find(code, before + found->second.names + after, remedy, found->second.commands);
  }
  bool has(const char* code) const { return faults_.count(code) != 0; }
  std::string names(const char* code) const { return faults_.at(code).names; }
  std::vector<std::string> commands(const char* code) const { return faults_.at(code).commands; }

 private:
  struct Fault {
    std::string names{};
    std::vector<std::string> commands{};
  };
  Examination& run_;
  std::map<std::string, Fault> faults_;
};

bool is_ours(const Examination& run, const json::Value* api_service) {
  return text_at(api_service, {"spec", "service", "name"}) == run.plan.service &&
         text_at(api_service, {"spec", "service", "namespace"}) == run.plan.namespace_name;
}

void check_bundle(const Examination& run, const json::Value* found, const std::string& name,
                  Faults& faults) {
  const std::string certs = run.own("certs") + " --manage-apiservice";
  const json::Value* const skips = at(found, {"spec", "insecureSkipTLSVerify"});
  const std::string bundle = text_at(found, {"spec", "caBundle"});
  if (skips != nullptr && *skips == json::Value(true)) {
    faults.add("ca-bundle-skipped", name, certs);
  } else if (bundle.empty()) {
    faults.add("ca-bundle-missing", name, certs);
  } else if (const auto pem = schema::parse_base64(bundle);
             !pem || !tls::Certificate::from_pem(*pem)) {
    faults.add("ca-bundle-damaged", name, certs);
  } else if (join_bundles(*pem, {}, run.tools.clock.wall_now()).empty()) {
    faults.add("ca-bundle-ended", name, certs);
  }
}

void check_registered(Examination& run, const json::Value* found, const ServedVersion& served,
                      Faults& faults) {
  const json::Value* const service =
      run.get(core("services", run.plan.namespace_name), run.plan.service);
  const std::string remove = run.kubectl() + " patch apiservice " + served.name;
  if (!is_ours(run, found)) {
    faults.add(
        "apiservice-elsewhere", served.name,
        remove + " --type=merge -p '" +
            json::write(json::Object{
                {"spec", json::Object{{"service",
                                       json::Object{{"name", run.plan.service},
                                                    {"namespace", run.plan.namespace_name}}}}}}) +
            "'");
    return;
  }
  const std::int64_t told = number_at(found, {"spec", "service", "port"});
  // kube-apiserver does not look at the ports of an ExternalName either.
  if (service != nullptr && text_at(service, {"spec", "type"}) != "ExternalName" &&
      !has_port(service, told == 0 ? kHttps : told)) {
    faults.add("apiservice-port-wrong", served.name,
               remove + " --type=merge -p '{\"spec\":{\"service\":{\"port\":" +
                   std::to_string(run.plan.service_port) + "}}}'");
    return;
  }
  check_bundle(run, found, served.name, faults);
}

void tell_missing(Examination& run, Faults& faults) {
  const bool missing = faults.has("apiservice-missing");
  if (faults.has("apiservice-unserved")) {
    std::vector<std::string> commands = faults.commands("apiservice-unserved");
    if (missing) {
      commands.push_back(run.install_command());
      run.find(
          "apiservice-wrong-name",
          "the server is registered by the wrong name: " + faults.names("apiservice-unserved") +
              " leads to it, but it serves what belongs to " + faults.names("apiservice-missing"),
          "Delete what is wrong, and install the server again.", std::move(commands));
      return;
    }
    faults.tell("apiservice-unserved", "",
                ", which leads to the server, is none that it serves: the cluster's discovery "
                "fails, and namespaces cannot be deleted",
                "Delete it.");
  }
  faults.tell("apiservice-missing", "the server is not registered: there is no ", "",
              "Install the server again.");
}

}  // namespace

void check_service(Examination& run) {
  const json::Value* const service =
      run.get(core("services", run.plan.namespace_name), run.plan.service);
  if (run.sick) return;
  if (service == nullptr) {
    run.find("service-missing", "there is no " + service_text(run), "Install the server again.",
             {run.install_command()});
    return;
  }
  if (!run.external) check_selector(run, service);
  if (!run.sick && text_at(service, {"spec", "type"}) != "ExternalName") check_ports(run, service);
}

void check_api_services(Examination& run) {
  Faults faults(run);
  const std::vector<ServedVersion> versions = served_versions(run.plan);
  for (const ServedVersion& served : versions) {
    const json::Value* const found = run.get(api_services(), served.name);
    if (run.sick) return;
    if (found == nullptr) {
      faults.add("apiservice-missing", served.name, run.install_command());
    } else {
      check_registered(run, found, served, faults);
    }
  }
  for (const json::Value& item : run.list(api_services())) {
    const std::string name = text_at(&item, {"metadata", "name"});
    const bool served = std::any_of(versions.begin(), versions.end(),
                                    [&](const ServedVersion& each) { return each.name == name; });
    if (is_ours(run, &item) && !served) {
      faults.add("apiservice-unserved", name, run.kubectl() + " delete apiservice " + name);
    }
  }
  if (run.sick) return;
  tell_missing(run, faults);
  faults.tell("apiservice-elsewhere", "",
              " does not lead to Service " + run.plan.namespace_name + "/" + run.plan.service,
              "Lead it there.");
  faults.tell("apiservice-port-wrong", "",
              " names a port that Service " + run.plan.namespace_name + "/" + run.plan.service +
                  " does not have",
              "Set the port.");
  faults.tell("ca-bundle-missing", "", " has no caBundle: kube-apiserver trusts no own CA",
              "Write the CA of the server's certificate into it.");
  faults.tell("ca-bundle-damaged", "", " has a caBundle that cannot be read",
              "Write the CA of the server's certificate into it.");
  faults.tell("ca-bundle-ended", "", " has a caBundle whose CAs have all ended",
              "Renew the CA and the certificate.");
  faults.tell("ca-bundle-skipped", "",
              " skips the verification of the server's certificate: whoever takes its place in the "
              "network gets every user's requests",
              "Write the CA of the server's certificate into it.");
}

}  // namespace annex::setup
