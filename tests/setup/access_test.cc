#include "setup/access.h"

#include <algorithm>

#include "annex/json/write.h"
#include "tests/setup/bakery.h"

namespace setup = annex::setup;
using annex::json::Value;
using setup::test::bakery_plan;

namespace {

const Value& object(const std::vector<setup::Item>& items, const std::string& text) {
  const auto found = std::find_if(items.begin(), items.end(),
                                  [&](const setup::Item& item) { return item.text() == text; });
  INFO(text);
  REQUIRE(found != items.end());
  return found->object;
}

std::string rules(const std::vector<setup::Item>& items, const std::string& role) {
  return annex::json::write(*object(items, "ClusterRole " + role).find("rules"));
}

}  // namespace

TEST_CASE("the server's account may ask who calls, what they may and where, and nothing else") {
  const auto items = setup::access_items(bakery_plan());
  const Value& delegator = object(items, "ClusterRoleBinding bakery:auth-delegator");
  CHECK(delegator.at_string({"roleRef", "name"}) == "system:auth-delegator");
  CHECK(annex::json::write(*delegator.find("subjects")) ==
        R"([{"kind":"ServiceAccount","name":"bakery","namespace":"bakery"}])");
  const Value& reader = object(items, "RoleBinding kube-system/bakery:authentication-reader");
  CHECK(reader.at_string({"roleRef", "name"}) == "extension-apiserver-authentication-reader");
  const auto bindings = std::count_if(items.begin(), items.end(), [](const setup::Item& item) {
    return item.object.find("roleRef") != nullptr;
  });
  CHECK(bindings == 3);
  CHECK(
      object(items, "ClusterRoleBinding bakery:namespace-reader").at_string({"roleRef", "name"}) ==
      "bakery:namespace-reader");
  CHECK(rules(items, "bakery:namespace-reader") ==
        R"([{"apiGroups":[""],"resources":["namespaces"],"verbs":["get","list","watch"]}])");
}

TEST_CASE("users get what is served through view, edit and admin") {
  const auto items = setup::access_items(bakery_plan());
  CHECK(rules(items, "bakery:view") ==
        R"([{"apiGroups":["bakery.example.com"],"resources":["ovens","loaves"],)"
        R"("verbs":["get","list","watch"]},{"apiGroups":["bakery.example.com"],)"
        R"("resources":["ovens/status"],"verbs":["get"]}])");
  CHECK(rules(items, "bakery:edit") ==
        R"([{"apiGroups":["bakery.example.com"],"resources":["loaves"],)"
        R"("verbs":["create","delete","deletecollection","patch","update"]}])");
  CHECK(rules(items, "bakery:admin") ==
        R"([{"apiGroups":["bakery.example.com"],"resources":["ovens"],)"
        R"("verbs":["create","delete","deletecollection","patch","update"]},)"
        R"({"apiGroups":["bakery.example.com"],"resources":["ovens/status"],)"
        R"("verbs":["patch","update"]}])");
  const auto reached = [&](const char* role, const char* part) {
    return object(items, std::string("ClusterRole bakery:") + role)
               .at_string({"metadata", "labels",
                           std::string("rbac.authorization.k8s.io/aggregate-to-") + part}) ==
           "true";
  };
  CHECK(reached("view", "view"));
  CHECK(reached("view", "admin"));
  CHECK_FALSE(reached("edit", "view"));
  CHECK(reached("edit", "admin"));
  CHECK_FALSE(reached("admin", "edit"));
}

TEST_CASE("two installations of one server do not share names in the cluster's scope") {
  setup::PlanOptions options;
  options.namespace_name = "ovens";
  const auto items = setup::access_items(bakery_plan(options));
  object(items, "ClusterRoleBinding ovens:bakery:auth-delegator");
  object(items, "ServiceAccount ovens/bakery");
}
