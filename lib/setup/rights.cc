#include "setup/rights.h"

#include <algorithm>
#include <utility>

#include "annex/json/write.h"
#include "setup/manifests.h"
#include "setup/workload.h"

namespace annex::setup {
namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr const char* kRbac = "rbac.authorization.k8s.io";

void add(std::vector<kube::Right>& rights, kube::Right right) {
  if (std::find(rights.begin(), rights.end(), right) == rights.end()) {
    rights.push_back(std::move(right));
  }
}

/// Everything that a role's rules allow, by the names that they are limited to.
void add_granted(const Item& role, std::vector<kube::Right>& rights) {
  for (const Value& rule : role.object.find("rules")->as_array()) {
    const Value* const limited = rule.find("resourceNames");
    const Array names = limited != nullptr ? limited->as_array() : Array{""};
    for (const Value& group : rule.find("apiGroups")->as_array()) {
      for (const Value& resource : rule.find("resources")->as_array()) {
        const std::string& name = resource.as_string();
        const std::size_t slash = name.find('/');
        for (const Value& verb : rule.find("verbs")->as_array()) {
          for (const Value& object : names) {
            add(rights, {verb.as_string(), group.as_string(), name.substr(0, slash),
                         slash == std::string::npos ? "" : name.substr(slash + 1),
                         role.place.namespace_name, object.as_string()});
          }
        }
      }
    }
  }
}

void add_item(const Item& item, std::initializer_list<const char*> verbs,
              std::vector<kube::Right>& rights) {
  for (const char* const verb : verbs) {
    add(rights,
        {verb, item.place.group(), item.place.plural, {}, item.place.namespace_name, item.name()});
  }
}

/// One rule of a role: names are those of objects, if it is limited to some.
void add_rule(Array& rules, const kube::Right& right) {
  const std::string resource =
      right.resource + (right.subresource.empty() ? "" : "/" + right.subresource);
  const auto same = [&](const Value& rule) {
    const Value* const names = rule.find("resourceNames");
    return rule.find("apiGroups")->as_array().front().as_string() == right.group &&
           rule.find("resources")->as_array().front().as_string() == resource &&
           (names == nullptr ? right.name.empty() : *names == Value(Array{right.name}));
  };
  const auto found = std::find_if(rules.begin(), rules.end(), same);
  if (found != rules.end()) {
    Array& verbs = found->find("verbs")->as_array();
    if (std::find(verbs.begin(), verbs.end(), Value(right.verb)) == verbs.end()) {
      verbs.emplace_back(right.verb);
    }
    return;
  }
  Object rule{{"apiGroups", Array{right.group}},
              {"resources", Array{resource}},
              {"verbs", Array{right.verb}}};
  if (!right.name.empty()) rule.set("resourceNames", Array{right.name});
  rules.push_back(std::move(rule));
}

/// Joins the `member`s of rules that agree in all else.
Array join(const Array& rules, const char* member) {
  Array joined;
  for (const Value& rule : rules) {
    const auto agrees = [&](const Value& other) {
      if (rule.find(member) == nullptr || other.find(member) == nullptr) return false;
      Value mine = rule;
      Value theirs = other;
      mine.as_object().erase(member);
      theirs.as_object().erase(member);
      return mine == theirs;
    };
    const auto found = std::find_if(joined.begin(), joined.end(), agrees);
    if (found == joined.end()) {
      joined.push_back(rule);
      continue;
    }
    for (const Value& more : rule.find(member)->as_array()) {
      found->find(member)->as_array().push_back(more);
    }
  }
  return joined;
}

}  // namespace

std::vector<kube::Right> rights_to_install(const Plan& plan, const std::vector<Item>& items) {
  std::vector<kube::Right> rights;
  for (const Item& item : items) {
    add_item(item, {"get", "patch"}, rights);
    // Under a name that does not exist yet: the right to create knows no names.
    add(rights,
        {"create", item.place.group(), item.place.plural, {}, item.place.namespace_name, {}});
    if (const Value* const role = item.object.find("roleRef")) {
      const std::string& kind = role->at_string({"kind"});
      add(rights, {"bind",
                   kRbac,
                   kind == "Role" ? "roles" : "clusterroles",
                   {},
                   kind == "Role" ? item.place.namespace_name : "",
                   role->at_string({"name"})});
    }
    if (item.object.find("rules") != nullptr) add_granted(item, rights);
  }
  add(rights, {"list", "apiregistration.k8s.io", kApiService.plural, {}, {}, {}});
  if (plan.trust) {
    add(rights, {"get", "", "configmaps", {}, "kube-system", kAuthenticationConfigMap});
  }
  return rights;
}

std::string right_text(const kube::Right& right) {
  std::string text = right.verb + " " + right.resource;
  if (!right.subresource.empty()) text += "/" + right.subresource;
  if (!right.group.empty()) text += "." + right.group;
  if (!right.name.empty()) text += " " + json::quoted(right.name);
  return right.namespace_name.empty() ? text : text + " in namespace " + right.namespace_name;
}

Item installer_role(const Plan& plan, const std::vector<Item>& items) {
  std::vector<kube::Right> rights = rights_to_install(plan, items);
  for (const Item& item : items) add_item(item, {"delete"}, rights);
  // Whatever it was installed with.
  for (const Item& item : every_item(plan)) add_item(item, {"get", "delete"}, rights);
  const Item claim = make_item(plan, kVolumeClaim, plan.namespace_name, claim_name(plan), {});
  add_item(claim, {"get", "delete"}, rights);
  // To tell why a pod does not start.
  add(rights, {"list", "", "pods", {}, plan.namespace_name, {}});
  Array rules;
  for (const kube::Right& right : rights) add_rule(rules, right);
  return make_item(plan, kClusterRole, {}, prefix(plan) + ":installer",
                   {{"rules", join(join(rules, "resourceNames"), "resources")}});
}

}  // namespace annex::setup
