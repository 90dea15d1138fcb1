#include "setup/access.h"

#include <algorithm>
#include <fstream>
#include <sstream>

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

TEST_CASE("the server's account may ask who calls and what they may, and read namespaces") {
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

namespace {

std::string join(const Value& texts) {
  std::string joined;
  for (const Value& text : texts.as_array()) {
    joined += (joined.empty() ? "" : ", ") + text.as_string();
  }
  return joined;
}

/// For whom a role is: the cluster's own roles that it becomes part of.
std::string parts(const Value& role) {
  std::string joined;
  for (const char* const part : {"view", "edit", "admin"}) {
    const std::string label = std::string("rbac.authorization.k8s.io/aggregate-to-") + part;
    if (role.at_string({"metadata", "labels", label}) != "true") continue;
    joined += std::string(joined.empty() ? "`" : ", `") + part + "`";
  }
  return joined;
}

/// The table of docs/setup.md, made of the objects.
std::string rights_table(const std::vector<setup::Item>& items) {
  std::string table = "| object | for | allows |\n|---|---|---|\n";
  for (const setup::Item& item : items) {
    const std::string& kind = item.object.at_string({"kind"});
    const std::string& in = item.place.namespace_name;
    const std::string named =
        "| " + kind + " `" + item.name() + "`" + (in.empty() ? "" : " in " + in) + " | ";
    if (const Value* const role = item.object.find("roleRef")) {
      table += named + "the server | all of " + role->at_string({"kind"}) + " `" +
               role->at_string({"name"}) + "` |\n";
    }
    if (const Value* const all = item.object.find("rules")) {
      std::string allowed;
      for (const Value& rule : all->as_array()) {
        allowed += (allowed.empty() ? "" : "; ") + join(*rule.find("verbs")) + ": " +
                   join(*rule.find("resources"));
      }
      const std::string whose = parts(item.object);
      table += named + (whose.empty() ? "the server" : whose) + " | " + allowed + " |\n";
    }
  }
  return table;
}

}  // namespace

TEST_CASE("the page tells all rights that an installation gives") {
  annex::Server server("sample-apiserver");
  server.store(setup::test::store_kind("disk", "store.db", false));
  annex::Group group = server.group("wardle.example.com");
  group.resource<setup::test::Loaf>("flunders", "Flunder").version("v1beta1");
  group.resource<setup::test::Loaf>("fischers", "Fischer").version("v1beta1").cluster_scoped();
  setup::PlanOptions options;
  options.namespace_name = "wardle";
  const auto plan = setup::make_plan(server, options);
  REQUIRE(plan);
  std::ifstream page(SETUP_PAGE);
  std::ostringstream text;
  text << page.rdbuf();
  CHECK_THAT(text.str(),
             Catch::Contains("<!-- rights -->\n" + rights_table(setup::access_items(*plan)) +
                             "<!-- end of rights -->"));
}

TEST_CASE("two installations of one server do not share names in the cluster's scope") {
  setup::PlanOptions options;
  options.namespace_name = "ovens";
  const auto items = setup::access_items(bakery_plan(options));
  object(items, "ClusterRoleBinding ovens:bakery:auth-delegator");
  object(items, "ServiceAccount ovens/bakery");
}
