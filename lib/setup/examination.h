// Examination: what the steps of the doctor share. Each step is a function on it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "annex/tls/certificate.h"
#include "setup/doctor.h"
#include "setup/item.h"

namespace annex::setup {

/// Where an object is. Kinds that the doctor reads.
kube::Place namespaces();
kube::Place core(const char* plural, const std::string& namespace_name);
kube::Place apps(const char* plural, const std::string& namespace_name);
kube::Place slices(const std::string& namespace_name);
kube::Place rbac(const char* plural, const std::string& namespace_name = {});
kube::Place api_services();

/// The workload that runs the server, as far as the doctor needs it.
struct FoundWorkload {
  const json::Value* object = nullptr;
  const json::Value* pod = nullptr;  ///< its template's spec
  const json::Value* container = nullptr;
  std::string resource{};  ///< "statefulset", as kubectl takes it
  std::string account{};
  std::string secret{};  ///< of the serving certificate; empty: none is mounted for it

  const std::string& name() const { return object->at_string({"metadata", "name"}); }
};

/// One run of the doctor. One thread; lives for the run.
class Examination {
 public:
  Examination(const Plan& examined, const DoctorWords& spoken, DoctorTools used)
      : plan(examined), words(spoken), tools(used) {}
  Examination(const Examination&) = delete;
  Examination& operator=(const Examination&) = delete;

  const Plan& plan;
  const DoctorWords& words;
  const DoctorTools tools;

  /// Null if there is none; also if it cannot be read, and then the step is blind. The object lives
  /// as long as the examination. Each is asked for once.
  const json::Value* get(const kube::Place& place, const std::string& name);
  const json::Array& list(const kube::Place& place);
  /// The answer to a GET through the Kubernetes API, of any status; nothing, and blind, if none
  /// came.
  std::optional<kube::Answer> read(const std::string& path);
  /// Whether the account has the right, by SubjectAccessReview; blind and true if nobody says.
  bool account_may(const std::string& account, const kube::Right& right);

  /// Tells a fault.
  void find(const char* code, std::string message, std::string remedy,
            std::vector<std::string> commands = {});
  /// The step could not see what it looked for: what follows from it cannot be judged.
  void blind(const std::string& what, const Error& error);

  /// True if annex made the workload, and so the rest of the installation.
  bool is_annexes() const { return workload.object != nullptr && is_ours(plan, *workload.object); }

  /// "kubectl --kubeconfig x".
  std::string kubectl() const { return "kubectl" + words.connection; }
  /// "kubectl --kubeconfig x -n ovens".
  std::string kubectl_there() const { return kubectl() + " -n " + plan.namespace_name; }
  /// "bakery install --image x", with the flags that say which installation.
  std::string own(const std::string& command) const;
  /// With the flags that say how the server runs now, as far as its workload tells; the image is
  /// left to the reader if it has to be another.
  std::string install_command(bool same_image = true);

  /// What earlier steps found out.
  bool external = false;  ///< the server runs outside of the cluster
  FoundWorkload workload{};
  std::optional<tls::Certificate> certificate{};  ///< the Secret's
  std::string account() const { return workload.account.empty() ? plan.account : workload.account; }
  /// Where the server can be reached: the first ready endpoint, or the external name.
  std::string endpoint_host{};
  std::uint16_t endpoint_port = 0;
  bool reached = false;  ///< directly, from here

  std::vector<Finding> findings{};
  /// Errors were found, or the step was blind, since this was cleared.
  bool sick = false;

 private:
  /// The plan with what the workload says of it.
  Plan found_plan();
  /// "192.0.2.7:8443": where the Service of a server outside of the cluster leads, as
  /// `--external` takes it; "HOST:PORT" if nothing tells.
  std::string outside();
  /// Objects of which others hold fields that install would set: it is refused without --force.
  std::string held();

  std::optional<std::string> held_{};
  std::map<std::string, std::optional<json::Value>> objects_;
  std::map<std::string, json::Array> lists_;
  std::set<std::string> blind_spots_;
};

/// The versions that the plan serves: "v1.bakery.example.com", group, version.
struct ServedVersion {
  std::string name{};
  std::string group{};
  std::string version{};
  std::string path() const { return "/apis/" + group + "/" + version; }
};
std::vector<ServedVersion> served_versions(const Plan& plan);

/// "[2001:db8::7]:8443".
std::string address_text(const std::string& host, std::uint16_t port);

/// How many endpoints the Service has: ready, not ready, and without the Service's port.
struct Endpoints {
  int ready = 0;
  int others = 0;
  int without_port = 0;
};
/// Counts them, and notes in `run` where the server can be reached.
Endpoints read_endpoints(Examination& run, const json::Value* service);

/// The member at the end of a path, null if there is none.
const json::Value* at(const json::Value* value, std::initializer_list<const char*> path);
/// The array at the end of a path, empty if there is none.
const json::Array& items_at(const json::Value* value, std::initializer_list<const char*> path);
/// The number at the end of a path, 0 if there is none.
std::int64_t number_at(const json::Value* value, std::initializer_list<const char*> path);
std::string text_at(const json::Value* value, std::initializer_list<const char*> path);
/// A Secret's or caBundle's bytes; nothing if they are no base64.
std::optional<std::string> bytes_at(const json::Value* value,
                                    std::initializer_list<const char*> path);

// The steps, in their order.
void check_cluster(Examination& run);
void check_clock(Examination& run);
void check_aggregation(Examination& run);
void check_namespace(Examination& run);
void check_workload(Examination& run);
void check_account(Examination& run);
void check_rights(Examination& run);
void check_secret(Examination& run);
void check_service(Examination& run);
void check_api_services(Examination& run);
void check_ready(Examination& run);
void check_endpoints(Examination& run);
void check_reach(Examination& run);
void check_trust(Examination& run);
void check_server(Examination& run);
void check_available(Examination& run);
void check_discovery(Examination& run);
void check_openapi(Examination& run);
void check_list(Examination& run);

}  // namespace annex::setup
