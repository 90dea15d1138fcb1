#include "setup/doctor.h"

#include <algorithm>
#include <set>

#include "setup/examination.h"

namespace annex::setup {
namespace {

/// A step, and those without which it has nothing to look at: if they are not sound, what it would
/// find is only what follows from that.
struct Step {
  const char* name;
  void (*look)(Examination&);
  std::vector<const char*> after{};
};

const std::vector<Step>& steps() {
  static const std::vector<Step> kSteps = {
      {"the Kubernetes API", check_cluster},
      {"clocks", check_clock, {"the Kubernetes API"}},
      {"aggregation layer", check_aggregation, {"the Kubernetes API"}},
      {"namespace", check_namespace, {"the Kubernetes API"}},
      {"workload", check_workload, {"namespace"}},
      {"account", check_account, {"workload"}},
      {"rights", check_rights, {"workload"}},
      {"certificate", check_secret, {"workload"}},
      {"Service", check_service, {"workload"}},
      {"registration", check_api_services, {"aggregation layer", "namespace", "Service"}},
      {"pods", check_ready, {"account", "rights", "certificate", "aggregation layer"}},
      {"endpoints", check_endpoints, {"pods", "Service", "registration"}},
      {"reach", check_reach, {"endpoints"}},
      {"trust", check_trust, {"certificate", "registration", "reach"}},
      {"server", check_server, {"reach", "trust"}},
      {"availability", check_available, {"server"}},
      {"discovery", check_discovery, {"availability"}},
      {"OpenAPI", check_openapi, {"discovery"}},
      {"first list", check_list, {"discovery"}},
  };
  return kSteps;
}

}  // namespace

const std::vector<Code>& doctor_codes() {
  constexpr Severity kError = Severity::kError;
  constexpr Severity kWarning = Severity::kWarning;
  static const std::vector<Code> kCodes = {
      {"no-answer", kError, 0, "The Kubernetes API gives no answer."},
      {"caller-unknown", kError, 0, "The Kubernetes API does not know who runs doctor."},
      {"not-allowed", kError, 2, "Who runs doctor may not look at something."},
      {"clock-skew", kError, 0, "The clocks here and there differ by more than a minute."},
      {"aggregation-api-off", kError, 1,
       "kube-apiserver does not serve apiregistration.k8s.io/v1."},
      {"aggregation-off", kError, 1, "kube-apiserver has no CA for front proxies."},
      {"aggregation-ca-unusable", kError, 1, "That CA has ended or cannot be read."},
      {"aggregation-headers-missing", kError, 1,
       "kube-apiserver does not say in which headers it tells who calls."},
      {"proxy-certificate-missing", kError, 1,
       "kube-apiserver calls without a client certificate."},
      {"proxy-certificate-refused", kError, 1,
       "The server refuses the certificate that kube-apiserver calls with."},
      {"control-plane-cut-off", kError, 1, "kube-apiserver cannot reach the server's port."},
      {"name-unresolvable", kError, 1, "kube-apiserver cannot resolve the server's name."},
      {"namespace-missing", kError, 3, "The namespace is missing."},
      {"namespace-terminating", kError, 3, "The namespace is being deleted."},
      {"certificate-wrong-name", kError, 5, "The certificate lacks the Service's name."},
      {"certificate-ended", kError, 5, "The certificate has ended."},
      {"certificate-not-yet-valid", kError, 5, "The certificate does not hold yet."},
      {"certificate-not-for-servers", kError, 5, "The certificate is not for servers."},
      {"certificate-ends-soon", kWarning, 5,
       "Less than a sixth of the certificate's life is left."},
      {"certificate-refused", kError, 5, "kube-apiserver sees another certificate than doctor."},
      {"secret-missing", kError, 6, "The Secret with the certificate is missing."},
      {"secret-incomplete", kError, 6, "The Secret lacks tls.crt or tls.key."},
      {"secret-damaged", kError, 6, "The Secret's certificate or key cannot be read."},
      {"secret-key-of-another", kError, 6, "The Secret's key is not the certificate's."},
      {"workload-missing", kError, 7, "Nothing runs the server."},
      {"workload-scaled-down", kError, 7, "The workload has no replicas."},
      {"workload-not-ready", kError, 7, "None of the pods is ready."},
      {"image-unavailable", kError, 7, "The image cannot be had."},
      {"pod-unschedulable", kError, 7, "No node takes the pod."},
      {"server-crashes", kError, 7, "The server does not stay up."},
      {"server-down", kError, 7, "Nobody listens where the server should be."},
      {"server-not-ready", kError, 7, "The server runs and says that it is not ready."},
      {"another-server", kError, 7, "Something else listens where the server should be."},
      {"server-open", kError, 7, "The server answers callers without any identity."},
      {"service-missing", kError, 7, "The Service is missing."},
      {"service-selector-wrong", kError, 7, "The Service does not lead to the server's pods."},
      {"service-port-wrong", kError, 7, "The Service lacks the port that kube-apiserver calls."},
      {"service-target-port-wrong", kError, 7,
       "The Service leads to a port that the server does not have."},
      {"endpoints-missing", kError, 7, "The Service has no endpoints."},
      {"endpoints-port-wrong", kError, 7, "The EndpointSlices lack the Service's port."},
      {"workload-without-certificate", kError, 8, "The server is started without the certificate."},
      {"certificate-not-served", kError, 8,
       "The server shows another certificate than the Secret's."},
      {"service-account-missing", kError, 9, "The ServiceAccount is missing."},
      {"auth-delegator-role-missing", kError, 12, "ClusterRole system:auth-delegator is missing."},
      {"auth-delegator-missing", kError, 12, "The account is not bound to system:auth-delegator."},
      {"auth-reader-role-missing", kError, 13,
       "Role kube-system/extension-apiserver-authentication-reader is missing."},
      {"auth-reader-missing", kError, 13,
       "The account is not bound to extension-apiserver-authentication-reader."},
      {"apiservice-missing", kError, 14, "A version that the server serves is not registered."},
      {"apiservice-wrong-name", kError, 14,
       "The server is registered by a version or group of another name."},
      {"apiservice-unserved", kError, 14,
       "A version is registered that the server does not serve."},
      {"apiservice-elsewhere", kError, 14, "The APIService leads to another Service."},
      {"apiservice-port-wrong", kError, 14, "The APIService names a port that the Service lacks."},
      {"ca-bundle-missing", kError, 14, "The APIService has no caBundle."},
      {"ca-bundle-damaged", kError, 14, "The caBundle cannot be read."},
      {"ca-bundle-ended", kError, 14, "All CAs of the caBundle have ended."},
      {"ca-bundle-other-ca", kError, 14, "The caBundle lacks the CA of the server's certificate."},
      {"ca-bundle-skipped", kWarning, 14,
       "The APIService skips the verification of the certificate."},
      {"external-name-routed", kError, 14,
       "ExternalName does not work with --enable-aggregator-routing."},
      {"apiservice-unavailable", kError, 15,
       "kube-apiserver cannot use the server, for another reason."},
      {"discovery-forbidden", kError, 15, "Users may not read discovery."},
      {"discovery-failing", kError, 15, "Discovery through kube-apiserver fails."},
      {"discovery-incomplete", kError, 15, "Discovery does not tell of a resource."},
      {"openapi-missing", kError, 15,
       "kube-apiserver does not have the server's OpenAPI document."},
      {"list-failing", kError, 15, "A list through kube-apiserver fails."},
  };
  return kCodes;
}

std::vector<Finding> examine(const Plan& plan, const DoctorWords& words, DoctorTools tools,
                             const DoctorProgress& progress) {
  Examination run(plan, words, tools);
  std::set<std::string> unsound;
  for (const Step& step : steps()) {
    const bool looks = std::none_of(step.after.begin(), step.after.end(),
                                    [&](const char* name) { return unsound.count(name) != 0; });
    run.sick = false;
    if (looks) step.look(run);
    if (!looks || run.sick) unsound.insert(step.name);
    if (progress) progress(step.name, looks);
  }
  return std::move(run.findings);
}

}  // namespace annex::setup
