#include "setup/workload.h"

#include <utility>

namespace annex::setup {
namespace {

using json::Array;
using json::Object;

// Nobody's: an image's own user may be root, and the volume belongs to this group.
constexpr int kUser = 65532;
constexpr int kReplicas = 2;
/// So that kube-apiserver and EndpointSlices forget the pod before its port is closed.
constexpr const char* kShutdownDelay = "--shutdown-delay-duration=5s";
/// The delay, the 60 s in which running requests end, and some room.
constexpr int kGraceSeconds = 75;
constexpr const char* kData = "data";
constexpr const char* kServing = "serving";
constexpr const char* kTrust = "trust";

Object probe(const char* path, int period, int failures) {
  return {{"httpGet", Object{{"scheme", "HTTPS"}, {"path", path}, {"port", "https"}}},
          {"periodSeconds", period},
          {"timeoutSeconds", 5},
          {"failureThreshold", failures}};
}

Object mount(const char* name, const char* path, bool read_only) {
  Object made{{"name", name}, {"mountPath", path}};
  if (read_only) made.set("readOnly", true);
  return made;
}

Object container(const Plan& plan) {
  const std::vector<std::string> arguments = server_arguments(plan);
  Array mounts{mount(kServing, kCertificateFolder, true)};
  if (plan.workload == Workload::kFile) mounts.push_back(mount(kData, kDataFolder, false));
  if (plan.trust) mounts.push_back(mount(kTrust, kTrustFolder, true));
  return {
      {"name", plan.name},
      {"image", plan.image},
      {"args", Array(arguments.begin(), arguments.end())},
      {"ports", Array{Object{{"name", "https"},
                             {"containerPort", static_cast<int>(plan.port)},
                             {"protocol", "TCP"}}}},
      // A large file is looked through before the port is opened.
      {"startupProbe", probe("/livez", 2, 150)},
      {"livenessProbe", probe("/livez", 10, 6)},
      {"readinessProbe", probe("/readyz", 2, 3)},
      {"resources", Object{{"requests", Object{{"cpu", "20m"}, {"memory", "64Mi"}}}}},
      {"securityContext", Object{{"allowPrivilegeEscalation", false},
                                 {"readOnlyRootFilesystem", true},
                                 {"capabilities", Object{{"drop", Array{"ALL"}}}}}},
      {"volumeMounts", std::move(mounts)},
  };
}

Object pod(const Plan& plan) {
  const auto key = [](const char* name) { return Object{{"key", name}, {"path", name}}; };
  // Not the CA's key, which stands in the same Secret.
  Array volumes{Object{{"name", kServing},
                       {"secret", Object{{"secretName", plan.secret()},
                                         {"items", Array{key("tls.crt"), key("tls.key")}}}}}};
  if (plan.trust) {
    volumes.push_back(
        Object{{"name", kTrust}, {"configMap", Object{{"name", plan.trust_configmap()}}}});
  }
  return {{"serviceAccountName", plan.account},
          {"automountServiceAccountToken", true},
          {"terminationGracePeriodSeconds", kGraceSeconds},
          {"securityContext", Object{{"runAsNonRoot", true},
                                     {"runAsUser", kUser},
                                     {"runAsGroup", kUser},
                                     {"fsGroup", kUser},
                                     {"seccompProfile", Object{{"type", "RuntimeDefault"}}}}},
          {"containers", Array{container(plan)}},
          {"volumes", std::move(volumes)}};
}

/// What a StatefulSet and a Deployment have in common.
Object workload(const Plan& plan, int replicas, Object pod_spec) {
  return {{"replicas", replicas},
          {"selector", Object{{"matchLabels", pod_labels(plan)}}},
          {"template",
           Object{{"metadata", Object{{"labels", labels(plan)}}}, {"spec", std::move(pod_spec)}}}};
}

Item stateful_set(const Plan& plan) {
  Object spec = workload(plan, 1, pod(plan));
  spec.set("serviceName", plan.service);
  Object claim{{"accessModes", Array{"ReadWriteOnce"}},
               {"resources", Object{{"requests", Object{{"storage", plan.volume_size}}}}}};
  if (!plan.storage_class.empty()) claim.set("storageClassName", plan.storage_class);
  spec.set("volumeClaimTemplates",
           Array{Object{{"apiVersion", "v1"},
                        {"kind", "PersistentVolumeClaim"},
                        {"metadata", Object{{"name", kData}, {"labels", labels(plan)}}},
                        {"spec", std::move(claim)}}});
  return make_item(plan, kStatefulSet, plan.namespace_name, plan.name, {{"spec", std::move(spec)}});
}

/// A single one that keeps its objects in memory: two would have different ones.
Item forgetful_deployment(const Plan& plan) {
  Object spec = workload(plan, 1, pod(plan));
  spec.set("strategy", Object{{"type", "Recreate"}});
  return make_item(plan, kDeployment, plan.namespace_name, plan.name, {{"spec", std::move(spec)}});
}

Item deployment(const Plan& plan) {
  Object pod_spec = pod(plan);
  pod_spec.set("topologySpreadConstraints",
               Array{Object{{"maxSkew", 1},
                            {"topologyKey", "kubernetes.io/hostname"},
                            {"whenUnsatisfiable", "ScheduleAnyway"},
                            {"labelSelector", Object{{"matchLabels", pod_labels(plan)}}}}});
  Object spec = workload(plan, kReplicas, std::move(pod_spec));
  spec.set("strategy", Object{{"type", "RollingUpdate"},
                              {"rollingUpdate", Object{{"maxUnavailable", 0}, {"maxSurge", 1}}}});
  return make_item(plan, kDeployment, plan.namespace_name, plan.name, {{"spec", std::move(spec)}});
}

Item disruption_budget(const Plan& plan) {
  return make_item(plan, kDisruptionBudget, plan.namespace_name, plan.name,
                   {{"spec", Object{{"maxUnavailable", 1},
                                    {"selector", Object{{"matchLabels", pod_labels(plan)}}},
                                    // One that is broken anyway shall not hold up a drain.
                                    {"unhealthyPodEvictionPolicy", "AlwaysAllow"}}}});
}

}  // namespace

std::vector<std::string> server_arguments(const Plan& plan) {
  const std::string serving = kCertificateFolder;
  std::vector<std::string> arguments = {
      "--secure-port=" + std::to_string(plan.port), "--tls-cert-file=" + serving + "/tls.crt",
      "--tls-private-key-file=" + serving + "/tls.key", "--store=" + plan.store};
  if (plan.workload == Workload::kShared) arguments.emplace_back(kShutdownDelay);
  if (plan.trust) {
    const std::string folder = kTrustFolder;
    arguments.emplace_back("--authentication-skip-lookup");
    arguments.push_back("--requestheader-client-ca-file=" + folder + "/" + kFrontProxyCa);
    if (!plan.trust->allowed_names.empty()) {
      arguments.push_back("--requestheader-allowed-names=" + plan.trust->allowed_names);
    }
    if (!plan.trust->client_ca.empty()) {
      arguments.push_back("--client-ca-file=" + folder + "/" + kClientCa);
    }
  }
  if (plan.renews) {
    arguments.emplace_back("--renew-certificates=secret");
    arguments.emplace_back("--manage-apiservice");
    arguments.push_back("--certificate-service=" + plan.service);
    arguments.push_back("--installed-as=" + plan.name);
  }
  arguments.insert(arguments.end(), plan.arguments.begin(), plan.arguments.end());
  return arguments;
}

std::string claim_name(const Plan& plan) { return std::string(kData) + "-" + plan.name + "-0"; }

std::vector<Item> workload_items(const Plan& plan) {
  switch (plan.workload) {
    case Workload::kFile:
      return {stateful_set(plan)};
    case Workload::kMemory:
      return {forgetful_deployment(plan)};
    case Workload::kShared:
      return {deployment(plan), disruption_budget(plan)};
  }
  return {};
}

}  // namespace annex::setup
