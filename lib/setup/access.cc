#include "setup/access.h"

#include <algorithm>
#include <utility>

#include "setup/serving.h"

namespace annex::setup {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr const char* kReadVerbs[] = {"get", "list", "watch"};

bool reads(const std::string& verb) {
  return std::find(std::begin(kReadVerbs), std::end(kReadVerbs), verb) != std::end(kReadVerbs);
}

Object subject(const Plan& plan) {
  return {{"kind", "ServiceAccount"}, {"name", plan.account}, {"namespace", plan.namespace_name}};
}

Object binding(const Plan& plan, const char* role_kind, const std::string& role) {
  return {{"roleRef",
           Object{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", role_kind}, {"name", role}}},
          {"subjects", Array{subject(plan)}}};
}

/// Which resources a role is for.
enum class Reach { kAll, kNamespaced, kCluster };

bool reaches(Reach reach, const ServedResource& resource) {
  return reach == Reach::kAll || (reach == Reach::kNamespaced) == resource.namespaced;
}

/// A rule for each set of verbs, so that the resources of one stand together.
void add_rule(Array& rules, const std::string& group, const std::string& resource,
              const std::vector<std::string>& verbs) {
  if (verbs.empty()) return;
  const Value wanted(Array(verbs.begin(), verbs.end()));
  for (Value& rule : rules) {
    if (rule.find("apiGroups")->as_array().front().as_string() == group &&
        *rule.find("verbs") == wanted) {
      rule.find("resources")->as_array().emplace_back(resource);
      return;
    }
  }
  rules.push_back(
      Object{{"apiGroups", Array{group}}, {"resources", Array{resource}}, {"verbs", wanted}});
}

/// The verbs that read, or those that write, on all resources that the role reaches.
Array rules(const Plan& plan, Reach reach, bool reading) {
  Array made;
  for (const ServedGroup& group : plan.groups) {
    for (const ServedResource& resource : group.resources) {
      if (!reaches(reach, resource)) continue;
      std::vector<std::string> verbs;
      std::copy_if(resource.verbs.begin(), resource.verbs.end(), std::back_inserter(verbs),
                   [&](const std::string& verb) { return reads(verb) == reading; });
      add_rule(made, group.name, resource.plural, verbs);
      for (const std::string& subresource : resource.subresources) {
        add_rule(made, group.name, resource.plural + "/" + subresource,
                 reading ? std::vector<std::string>{"get"}
                         : std::vector<std::string>{"patch", "update"});
      }
    }
  }
  return made;
}

Array named_rule(const char* group, const char* resource, Array names) {
  return Array{Object{{"apiGroups", Array{group}},
                      {"resources", Array{resource}},
                      {"verbs", Array{"get", "patch"}},
                      {"resourceNames", std::move(names)}}};
}

/// For a server that renews its own certificate: its Secret, and what trusts its CA; no other.
void add_renewal_rights(const Plan& plan, std::vector<Item>& items) {
  Array registrations;
  for (const Item& item : registration_items(plan, {})) registrations.emplace_back(item.name());
  const std::string cluster = prefix(plan) + ":certificates";
  items.push_back(make_item(
      plan, kClusterRole, {}, cluster,
      {{"rules", named_rule("apiregistration.k8s.io", "apiservices", std::move(registrations))}}));
  items.push_back(
      make_item(plan, kClusterRoleBinding, {}, cluster, binding(plan, "ClusterRole", cluster)));
  const std::string local = plan.name + ":certificates";
  items.push_back(make_item(plan, kRole, plan.namespace_name, local,
                            {{"rules", named_rule("", "secrets", Array{plan.secret()})}}));
  items.push_back(
      make_item(plan, kRoleBinding, plan.namespace_name, local, binding(plan, "Role", local)));
}

/// A role that becomes part of the cluster's own ones, which are named.
void add_user_role(const Plan& plan, const char* name, const std::vector<std::string>& parts,
                   Array rules, std::vector<Item>& items) {
  if (rules.empty()) return;
  Item item =
      make_item(plan, kClusterRole, {}, prefix(plan) + ":" + name, {{"rules", std::move(rules)}});
  json::Object& marks = item.object.find("metadata")->find("labels")->as_object();
  for (const std::string& part : parts) {
    marks.set("rbac.authorization.k8s.io/aggregate-to-" + part, "true");
  }
  items.push_back(std::move(item));
}

}  // namespace

std::vector<Item> access_items(const Plan& plan) {
  std::vector<Item> items;
  items.push_back(make_item(plan, kServiceAccount, plan.namespace_name, plan.account, {}));
  items.push_back(make_item(plan, kClusterRoleBinding, {}, prefix(plan) + ":auth-delegator",
                            binding(plan, "ClusterRole", "system:auth-delegator")));
  // NamespaceLifecycle refuses to create objects in namespaces that end or do not exist.
  const std::string namespaces = prefix(plan) + ":namespace-reader";
  items.push_back(make_item(
      plan, kClusterRole, {}, namespaces,
      {{"rules", Array{Object{{"apiGroups", Array{""}},
                              {"resources", Array{"namespaces"}},
                              {"verbs", Array(std::begin(kReadVerbs), std::end(kReadVerbs))}}}}}));
  items.push_back(make_item(plan, kClusterRoleBinding, {}, namespaces,
                            binding(plan, "ClusterRole", namespaces)));
  // With a trust of its own it reads nothing there.
  if (!plan.trust) {
    items.push_back(make_item(plan, kRoleBinding, "kube-system",
                              prefix(plan) + ":authentication-reader",
                              binding(plan, "Role", "extension-apiserver-authentication-reader")));
  }
  if (plan.renews) add_renewal_rights(plan, items);
  // As the cluster's own `edit`, ours writes nothing that belongs to the whole cluster.
  add_user_role(plan, "view", {"view", "edit", "admin"}, rules(plan, Reach::kAll, true), items);
  add_user_role(plan, "edit", {"edit", "admin"}, rules(plan, Reach::kNamespaced, false), items);
  add_user_role(plan, "admin", {"admin"}, rules(plan, Reach::kCluster, false), items);
  return items;
}

}  // namespace annex::setup
