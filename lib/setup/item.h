// Item: one object that a server needs in a cluster, and where it belongs.
#pragma once

#include <string>
#include <vector>

#include "annex/json/value.h"
#include "kube/objects.h"
#include "setup/plan.h"

namespace annex::setup {

struct Item {
  kube::Place place{};
  json::Value object{};

  const std::string& name() const { return object.at_string({"metadata", "name"}); }
  /// "ClusterRole bakery:view", "Service bakery/bakery".
  std::string text() const;
};

/// What kind of object is made: `kind` as it is written, `plural` as its path has it.
struct Kind {
  const char* api_version;
  const char* kind;
  const char* plural;
};

inline constexpr Kind kApiService{"apiregistration.k8s.io/v1", "APIService", "apiservices"};
inline constexpr Kind kClusterRole{"rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles"};
inline constexpr Kind kClusterRoleBinding{"rbac.authorization.k8s.io/v1", "ClusterRoleBinding",
                                          "clusterrolebindings"};
inline constexpr Kind kConfigMap{"v1", "ConfigMap", "configmaps"};
inline constexpr Kind kDeployment{"apps/v1", "Deployment", "deployments"};
inline constexpr Kind kDisruptionBudget{"policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"};
inline constexpr Kind kEndpointSlice{"discovery.k8s.io/v1", "EndpointSlice", "endpointslices"};
inline constexpr Kind kNamespace{"v1", "Namespace", "namespaces"};
inline constexpr Kind kRole{"rbac.authorization.k8s.io/v1", "Role", "roles"};
inline constexpr Kind kRoleBinding{"rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"};
inline constexpr Kind kSecret{"v1", "Secret", "secrets"};
inline constexpr Kind kService{"v1", "Service", "services"};
inline constexpr Kind kServiceAccount{"v1", "ServiceAccount", "serviceaccounts"};
inline constexpr Kind kStatefulSet{"apps/v1", "StatefulSet", "statefulsets"};
inline constexpr Kind kVolumeClaim{"v1", "PersistentVolumeClaim", "persistentvolumeclaims"};

/// An object with its kind, its metadata (name, namespace if there is one, and the labels by which
/// annex knows what it made) and the members of `rest`.
Item make_item(const Plan& plan, const Kind& kind, const std::string& namespace_name,
               const std::string& name, json::Object rest);

/// The labels of everything that belongs to the plan's server.
json::Object labels(const Plan& plan);
/// Those by which its pods are selected.
json::Object pod_labels(const Plan& plan);
/// The labels of labels(), as a label selector for a list.
std::string label_selector(const Plan& plan);
/// True if annex made `object` for this server.
bool is_ours(const Plan& plan, const json::Value& object);

/// How names of objects in the cluster's scope begin: "bakery", or "ovens:bakery".
std::string prefix(const Plan& plan);

}  // namespace annex::setup
