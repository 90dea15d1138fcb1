// Steps 1, 3 and 9 to 13: the cluster's own part, the namespace, the account and its rights.
#include <chrono>

#include "annex/json/read.h"
#include "http/date.h"
#include "setup/certificates.h"
#include "setup/examination.h"
#include "setup/item.h"

namespace annex::setup {
namespace {

constexpr std::chrono::seconds kMostSkew{60};
constexpr const char* kTrustMap = "extension-apiserver-authentication";
constexpr const char* kReaderRole = "extension-apiserver-authentication-reader";
constexpr const char* kDelegatorRole = "system:auth-delegator";

bool is_empty_list(const std::string& text) {
  const Result<json::Value> value = json::parse(text);
  return !value || !value->is_array() || value->as_array().empty();
}

void check_trust_map(Examination& run) {
  const json::Value* const map = run.get(core("configmaps", "kube-system"), kTrustMap);
  if (run.sick) return;
  const char* const remedy =
      "Start kube-apiserver with --requestheader-client-ca-file, --requestheader-allowed-names, "
      "--requestheader-username-headers=X-Remote-User, --requestheader-group-headers="
      "X-Remote-Group, --requestheader-extra-headers-prefix=X-Remote-Extra-, "
      "--proxy-client-cert-file and --proxy-client-key-file.";
  const std::string ca = text_at(map, {"data", "requestheader-client-ca-file"});
  if (ca.empty()) {
    run.find("aggregation-off",
             "the aggregation layer is off: configmap kube-system/" + std::string(kTrustMap) +
                 " does not say whose certificates kube-apiserver has as a front proxy",
             remedy);
    return;
  }
  const auto cas = tls::Certificate::from_pem(ca);
  if (!cas || join_bundles(ca, {}, run.tools.clock.wall_now()).empty()) {
    run.find("aggregation-ca-unusable",
             "the CA of front proxies in configmap kube-system/" + std::string(kTrustMap) +
                 (cas ? " has ended" : " cannot be read"),
             "Give kube-apiserver another --requestheader-client-ca-file, and a "
             "--proxy-client-cert-file that it signed.");
    return;
  }
  if (is_empty_list(text_at(map, {"data", "requestheader-username-headers"}))) {
    run.find("aggregation-headers-missing",
             "kube-apiserver does not say in which header it tells the user's name: configmap "
             "kube-system/" +
                 std::string(kTrustMap) + " has no requestheader-username-headers",
             remedy);
  }
}

/// The labels by which uninstall knows what is annex's.
std::string label_words(const Examination& run) {
  std::string words;
  for (const json::Member& label : labels(run.plan)) {
    words += " " + label.name + "=" + label.value.as_string();
  }
  return words;
}

/// A command that makes a binding, or brings one of that name in order.
std::string binding_command(const Examination& run, const std::string& kind, const std::string& in,
                            const std::string& name, const std::string& role) {
  const std::string kubectl = run.kubectl() + (in.empty() ? "" : " -n " + in);
  return kubectl + " create " + kind + " " + name + " --" +
         (kind == "rolebinding" ? "role=" : "clusterrole=") + role +
         " --serviceaccount=" + run.plan.namespace_name + ":" + run.account() +
         " --dry-run=client -o yaml | " +
         (run.is_annexes() ? "kubectl label --local -f - -o yaml" + label_words(run) + " | "
                           : std::string()) +
         kubectl + " auth reconcile -f -";
}

void check_delegator(Examination& run) {
  const std::string account = run.account();
  const bool reviews_tokens =
      run.account_may(account, {"create", "authentication.k8s.io", "tokenreviews", {}, {}, {}});
  const bool reviews_access = run.account_may(
      account, {"create", "authorization.k8s.io", "subjectaccessreviews", {}, {}, {}});
  if (run.sick || (reviews_tokens && reviews_access)) return;
  const json::Value* const role = run.get(rbac("clusterroles"), kDelegatorRole);
  if (run.sick) return;
  if (role == nullptr) {
    run.find("auth-delegator-role-missing",
             "ClusterRole system:auth-delegator, which every cluster begins with, is missing",
             "Make it again; restarting kube-apiserver does so, too.",
             {run.kubectl() + " create clusterrole system:auth-delegator --verb=create "
                              "--resource=tokenreviews.authentication.k8s.io,"
                              "subjectaccessreviews.authorization.k8s.io"});
    return;
  }
  run.find("auth-delegator-missing",
           "ServiceAccount " + run.plan.namespace_name + "/" + account +
               " may not ask the cluster who calls and whether they may: it is not bound to "
               "ClusterRole system:auth-delegator",
           "Bind it.",
           {binding_command(run, "clusterrolebinding", {}, prefix(run.plan) + ":auth-delegator",
                            kDelegatorRole)});
}

void check_reader(Examination& run) {
  for (const json::Value& argument : items_at(run.workload.container, {"args"})) {
    const std::string text = argument.is_string() ? argument.as_string() : "";
    if (text.rfind("--authentication-skip-lookup", 0) == 0) return;
  }
  const std::string account = run.account();
  bool may = true;
  for (const char* const verb : {"get", "list", "watch"}) {
    may = may && run.account_may(account, {verb, {}, "configmaps", {}, "kube-system", kTrustMap});
  }
  if (run.sick || may) return;
  const json::Value* const role = run.get(rbac("roles", "kube-system"), kReaderRole);
  if (run.sick) return;
  if (role == nullptr) {
    run.find("auth-reader-role-missing",
             "Role kube-system/" + std::string(kReaderRole) +
                 ", which every cluster begins with, is missing",
             "Make it again; restarting kube-apiserver does so, too.",
             {run.kubectl() + " -n kube-system create role " + kReaderRole +
              " --verb=get,list,watch --resource=configmaps --resource-name=" + kTrustMap});
    return;
  }
  run.find("auth-reader-missing",
           "ServiceAccount " + run.plan.namespace_name + "/" + account +
               " may not read whose certificates count: it is not bound, in kube-system, to Role " +
               kReaderRole,
           "Bind it there.",
           {binding_command(run, "rolebinding", "kube-system",
                            prefix(run.plan) + ":authentication-reader", kReaderRole)});
}

}  // namespace

void check_cluster(Examination& run) {
  const std::optional<kube::Answer> answer = run.read("/version");
  if (!answer) return;
  if (answer->status == 401) {
    run.find("caller-unknown", "the Kubernetes API does not know who you are (401)",
             "Give a kubeconfig with valid credentials (--kubeconfig, --context).");
  }
}

void check_clock(Examination& run) {
  const util::WallTime before = run.tools.clock.wall_now();
  const std::optional<kube::Answer> answer = run.read("/version");
  if (!answer) return;
  const auto date = http::read_date(answer->headers.first("Date").value_or(""));
  if (!date) return;
  const auto ahead = *date - before;
  if (ahead <= kMostSkew && ahead >= -kMostSkew) return;
  const auto seconds = std::chrono::abs(std::chrono::round<std::chrono::seconds>(ahead));
  run.find("clock-skew",
           "the clock of kube-apiserver is " + std::to_string(seconds.count()) + " s " +
               (ahead > ahead.zero() ? "ahead of" : "behind") +
               " this machine's: certificates and tokens may hold here and not there",
           "Set the clock that is wrong, by NTP for instance, on both machines.");
}

void check_aggregation(Examination& run) {
  const std::optional<kube::Answer> answer = run.read("/apis/apiregistration.k8s.io/v1");
  if (!answer) return;
  if (answer->status == 404) {
    run.find("aggregation-api-off",
             "kube-apiserver does not serve apiregistration.k8s.io/v1, where extension API servers "
             "are registered",
             "Take apiregistration.k8s.io/v1=false out of kube-apiserver's --runtime-config.");
    return;
  }
  check_trust_map(run);
}

void check_namespace(Examination& run) {
  const std::string& name = run.plan.namespace_name;
  const json::Value* const found = run.get(namespaces(), name);
  if (run.sick) return;
  if (found == nullptr) {
    run.find("namespace-missing",
             "there is no namespace " + name + ", and so nothing of the server is there",
             "Install the server.", {run.install_command()});
    return;
  }
  if (!text_at(found, {"metadata", "deletionTimestamp"}).empty()) {
    run.find("namespace-terminating", "namespace " + name + " is being deleted",
             "Wait until it is gone, then install the server again.",
             {run.kubectl() + " wait --for=delete namespace/" + name + " --timeout=5m",
              run.install_command()});
  }
}

void check_account(Examination& run) {
  if (run.external) return;
  const std::string account = run.account();
  const json::Value* const found =
      run.get(core("serviceaccounts", run.plan.namespace_name), account);
  if (run.sick || found != nullptr) return;
  const std::string kubectl = run.kubectl_there();
  std::vector<std::string> commands = {kubectl + " create serviceaccount " + account};
  if (run.is_annexes()) {
    commands.push_back(kubectl + " label serviceaccount " + account + label_words(run));
  }
  commands.push_back(kubectl + " rollout restart " + run.workload.resource + "/" +
                     run.workload.name());
  run.find("service-account-missing",
           "there is no ServiceAccount " + run.plan.namespace_name + "/" + account +
               ", as which the server runs",
           "Make it, and start the pods again: their tokens are those of the former account.",
           std::move(commands));
}

void check_rights(Examination& run) {
  if (run.external) return;
  check_delegator(run);
  check_reader(run);
}

}  // namespace annex::setup
