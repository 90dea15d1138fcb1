#include "annex/discovery/documents.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "annex/json/write.h"
#include "bakery.h"

namespace json = annex::json;
using bakery::get;

namespace {

struct Bakery : bakery::Documents {
  Bakery()
      : Documents(bakery::make_registry(), {"Bakery", "1.2.3", "10.0.0.7:443", {"/healthz"}, ""}) {}
};

const char* const kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

}  // namespace

TEST_CASE("the legacy documents list groups, versions and resources") {
  Bakery b;
  const json::Value groups = b.body("/apis");
  CHECK(groups.at_string({"kind"}) == "APIGroupList");
  CHECK(groups.at_string({"apiVersion"}) == "v1");
  const json::Value& group = groups.find("groups")->as_array().at(0);
  CHECK(group.find("preferredVersion")->at_string({"groupVersion"}) == "bakery.example.com/v1");
  CHECK(group.find("versions")->as_array().size() == 2);
  CHECK(b.body("/apis/bakery.example.com").at_string({"name"}) == "bakery.example.com");

  const json::Value list = b.body("/apis/bakery.example.com/v1/");
  CHECK(list.at_string({"groupVersion"}) == "bakery.example.com/v1");
  std::vector<std::string> names;
  for (const json::Value& entry : list.find("resources")->as_array()) {
    names.push_back(entry.at_string({"name"}));
  }
  CHECK(names == std::vector<std::string>{"loaves", "loaves/status", "ovens", "ovens/scale"});
  const json::Value& loaves = list.find("resources")->as_array().at(0);
  CHECK(loaves.at_string({"singularName"}) == "loaf");
  CHECK(loaves.find("verbs")->as_array().size() == 8);
  CHECK(loaves.at_string({"storageVersionHash"}).size() == 12);
  CHECK(b.body("/apis/bakery.example.com/v1beta1").find("resources")->as_array().size() == 2);
  CHECK(json::write(list.find("resources")->as_array().at(3)) ==
        R"({"name":"ovens/scale","singularName":"","namespaced":false,"group":"autoscaling",)"
        R"("version":"v1","kind":"Scale","verbs":["get","patch","update"]})");
}

TEST_CASE("the storage version's hash is upstream's") {
  annex::registry::Resource flunders;
  flunders.group = "wardle.example.com";
  flunders.plural = "flunders";
  flunders.singular = "flunder";
  flunders.kind = "Flunder";
  auto types = std::make_shared<annex::schema::TypeTable>();
  annex::registry::Version version;
  version.name = "v1alpha1";
  version.type = annex::schema::describe_type<bakery::Loaf>(*types, "com.example.v1alpha1.Flunder");
  flunders.versions = {version};
  flunders.hub_type = version.type;
  flunders.types = types;
  annex::registry::Registry registry;
  REQUIRE(registry.add(std::move(flunders)).has_value());
  const auto response =
      bakery::Documents(registry).answer(get("/apis/wardle.example.com/v1alpha1"));
  CHECK_THAT(response.body_text(), Catch::Contains("\"UHqNx5H3K7A=\""));
}

TEST_CASE("aggregated discovery has its exact type, a tag, and a 304 for it") {
  Bakery b;
  const auto response = b.answer(get("/apis", {{"Accept", kAggregated}}));
  CHECK(response.headers.first("Content-Type") == kAggregated);
  CHECK(response.headers.first("Vary") == "Accept");
  CHECK(response.headers.first("Cache-Control") == "public");
  const std::string tag(response.headers.first("ETag").value_or(""));
  CHECK(tag.size() == 130);
  const auto again = b.answer(get("/apis", {{"Accept", kAggregated}, {"If-None-Match", tag}}));
  CHECK(again.status == 304);
  CHECK(again.body_text().empty());
  for (const std::string& other : {"W/" + tag, tag + ", " + tag, std::string("*")}) {
    INFO(other);
    CHECK(b.answer(get("/apis", {{"Accept", kAggregated}, {"If-None-Match", other}})).status ==
          200);
  }

  const json::Value list = *json::parse(response.body_text());
  const json::Value& version =
      list.find("items")->as_array().at(0).find("versions")->as_array().at(0);
  CHECK(version.at_string({"freshness"}) == "Current");
  const json::Value& loaves = version.find("resources")->as_array().at(0);
  CHECK(loaves.at_string({"scope"}) == "Namespaced");
  CHECK(loaves.find("responseKind")->at_string({"version"}) == "v1");
  CHECK(loaves.find("subresources")->as_array().at(0).at_string({"subresource"}) == "status");
  CHECK(version.find("resources")->as_array().at(1).at_string({"scope"}) == "Cluster");
}

TEST_CASE("the older form is served too, and what cannot be made falls to the next clause") {
  Bakery b;
  const auto beta = b.answer(get(
      "/apis",
      {{"Accept", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"}}));
  CHECK_THAT(beta.body_text(), Catch::Contains("apidiscovery.k8s.io/v2beta1"));
  const auto table = b.answer(
      get("/apis", {{"Accept", "application/json;as=Table;g=meta.k8s.io;v=v1,application/json"}}));
  CHECK_THAT(table.body_text(), Catch::Contains("APIGroupList"));
  const auto none =
      b.answer(get("/apis", {{"Accept", "application/json;as=Table;g=meta.k8s.io;v=v1"}}));
  CHECK(none.status == 406);
  CHECK_THAT(none.body_text(), Catch::Contains("only the following media types"));
}

TEST_CASE("documents come as YAML or indented where asked, and only to GET") {
  Bakery b;
  CHECK_THAT(b.answer(get("/apis", {{"Accept", "application/yaml"}})).body_text(),
             Catch::StartsWith("apiVersion: v1\n"));
  CHECK_THAT(b.answer(get("/apis", {{"User-Agent", "curl/8"}})).body_text(),
             Catch::StartsWith("{\n  \"kind\""));
  CHECK(b.answer(get("/apis?pretty=false", {{"User-Agent", "curl/8"}})).body_text().back() == '\n');
  auto post = get("/apis");
  post.method = "POST";
  CHECK(b.answer(post).status == 405);
}

TEST_CASE("the root lists paths, version parses, the core group is absent, others are not ours") {
  Bakery b;
  CHECK_THAT(b.answer(get("/")).body_text(),
             Catch::Contains("/apis/bakery.example.com/v1beta1") && Catch::Contains("/healthz"));
  CHECK(b.body("/version").at_string({"gitVersion"}) == "v1.2.3");
  CHECK(b.body("/version").at_string({"minor"}) == "2");
  for (const char* path : {"/api", "/api/", "/apis/none.example.com", "/apis/none.example.com/v1",
                           "/apis/bakery.example.com/v1/loaves", "/openapi", "/openapi/v2/"}) {
    INFO(path);
    CHECK_FALSE(b.knows(path));
  }
  CHECK(b.answer(get("/apis/bakery.example.com/v9")).status == 404);
}

TEST_CASE("the author's order of versions wins, and a version without resources is not listed") {
  auto registry = bakery::make_registry();
  registry.prefer("bakery.example.com", {"v1beta1", "v1", "v3"});
  const bakery::Documents documents(registry);
  const json::Value group =
      *json::parse(documents.answer(get("/apis/bakery.example.com")).body_text());
  CHECK(json::write(*group.find("versions")) ==
        R"([{"groupVersion":"bakery.example.com/v1beta1","version":"v1beta1"},)"
        R"({"groupVersion":"bakery.example.com/v1","version":"v1"}])");
  CHECK(group.find("preferredVersion")->at_string({"version"}) == "v1beta1");
  CHECK(documents.answer(get("/apis/bakery.example.com/v3")).status == 404);
}

TEST_CASE("negotiation skips what it cannot make and tells what it can") {
  Bakery b;
  const std::string path = "/apis/bakery.example.com/v1";
  auto type = [&](const std::string& target, const char* accept) {
    const auto response = b.answer(get(target, {{"Accept", accept}}));
    CHECK(response.status == 200);
    return std::string(response.headers.first("Content-Type").value_or(""));
  };
  CHECK(type(path, "application/vnd.kubernetes.protobuf, application/json") ==
        "application/vnd.kubernetes.protobuf");
  CHECK(type(path, "application/json, application/vnd.kubernetes.protobuf") == "application/json");
  CHECK(type(path, "application/json;q=0.5, application/yaml") == "application/yaml");
  CHECK(type(path, "*/*") == "application/json");
  // The aggregated form is taken wherever it stands, as upstream takes it.
  CHECK(type("/apis",
             "application/json, application/json;g=apidiscovery.k8s.io;v=v2;"
             "as=APIGroupDiscoveryList") == kAggregated);
  CHECK(type("/apis",
             "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,"
             "application/json") == kAggregated);
  CHECK(type("/apis",
             "application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList,"
             "application/json") == "application/json");
  CHECK(b.answer(get("/openapi/v2", {{"Accept", "text/plain"}})).status == 406);
}

TEST_CASE("a route refuses what it never produces before anything else is looked at") {
  Bakery b;
  for (const char* accept : {"text/html", "application/*", "*", "foo"}) {
    INFO(accept);
    const auto refused = b.answer(get("/apis", {{"Accept", accept}}));
    CHECK(refused.status == 406);
    CHECK_THAT(refused.body_text(), Catch::StartsWith("406: Not Acceptable\n\nAvailable "
                                                      "representations: application/json, "));
    CHECK(b.answer(get("/version", {{"Accept", accept}})).status == 406);
    CHECK(b.answer(get("/", {{"Accept", accept}})).status == 200);
  }
  CHECK(b.answer(get("/version", {{"Accept", "application/yaml"}})).status == 406);
  CHECK(b.answer(get("/version", {{"Accept", "text/html, application/json;q=0.1"}})).status == 200);
  CHECK(b.answer(get("/apis", {{"Accept", "application/json;stream=watch"}})).status == 200);
}

TEST_CASE("discovery comes as protobuf, too") {
  Bakery b;
  const std::string protobuf = "application/vnd.kubernetes.protobuf";
  const std::string magic("k8s\0", 4);
  for (const auto& [path, kind] :
       {std::pair("/apis", "APIGroupList"), std::pair("/apis/bakery.example.com", "APIGroup"),
        std::pair("/apis/bakery.example.com/v1", "APIResourceList")}) {
    const auto response = b.answer(get(path, {{"Accept", protobuf}}));
    CHECK(response.headers.first("Content-Type") == protobuf);
    CHECK_THAT(response.body_text(),
               Catch::StartsWith(magic) &&
                   Catch::Contains(std::string("v1\x12") + static_cast<char>(strlen(kind)) + kind));
  }
  const std::string aggregated = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const auto list = b.answer(get("/apis", {{"Accept", protobuf + aggregated}}));
  CHECK(list.headers.first("Content-Type") == protobuf + aggregated);
  CHECK_THAT(list.body_text(), Catch::Contains("apidiscovery.k8s.io/v2\x12\x15"));
  CHECK(list.headers.first("ETag") ==
        b.answer(get("/apis", {{"Accept", kAggregated}})).headers.first("ETag"));
}

TEST_CASE("aggregated discovery comes as YAML, too, with the same tag") {
  Bakery b;
  std::string accept = kAggregated;
  accept.replace(0, std::string("application/json").size(), "application/yaml");
  const auto yaml = b.answer(get("/apis", {{"Accept", accept}}));
  CHECK(yaml.headers.first("Content-Type") == accept);
  CHECK_THAT(yaml.body_text(), Catch::StartsWith("apiVersion: apidiscovery.k8s.io/v2\n"));
  CHECK(yaml.headers.first("ETag") ==
        b.answer(get("/apis", {{"Accept", kAggregated}})).headers.first("ETag"));
}

TEST_CASE("documents of equal registries have equal tags") {
  Bakery a;
  Bakery b;
  for (const char* target :
       {"/openapi/v2", "/openapi/v3", "/openapi/v3/apis/bakery.example.com/v1"}) {
    INFO(target);
    CHECK(std::string(a.answer(get(target)).headers.first("ETag").value_or("a")) ==
          std::string(b.answer(get(target)).headers.first("ETag").value_or("b")));
  }
}

TEST_CASE("no document is ever a redirection") {
  Bakery b;
  for (const std::string path :
       {"/", "/index.html", "/version", "/version/", "/apis", "/apis/", "/apis/bakery.example.com",
        "/apis/bakery.example.com/", "/apis/bakery.example.com/v1", "/apis/bakery.example.com/v1/",
        "/apis/bakery.example.com/v9", "/openapi/v2", "/openapi/v3", "/openapi/v3/",
        "/openapi/v3/apis/bakery.example.com/v1?hash=FF", "/openapi/v3/none?hash=1"}) {
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
      auto request = get(path);
      request.method = method;
      INFO(method << " " << path);
      const auto response = b.answer(request);
      CHECK((response.status < 300 || response.status >= 400));
      CHECK_FALSE(response.headers.contains("Location"));
      // Upstream serves its own documents to GET alone; it never looks at the others' method.
      const bool strict =
          (path.starts_with("/apis") && !path.ends_with("v9")) || path.starts_with("/version");
      if (request.method != "GET") CHECK((response.status == 405) == strict);
    }
  }
}

TEST_CASE("two types of one name are found out") {
  annex::registry::Registry registry = bakery::make_registry();
  CHECK(annex::discovery::check_type_names(registry).has_value());
  annex::schema::Type other;
  other.kind = annex::schema::Kind::kObject;
  other.name = "com.example.bakery.v1.Spec";
  auto types = std::make_shared<annex::schema::TypeTable>();
  other.properties.push_back(
      {.name = "metadata",
       .type = annex::schema::describe_type<annex::meta::ObjectMeta>(*types, "com.example.Meta")});
  annex::registry::Resource resource;
  resource.group = "other.example.com";
  resource.plural = resource.singular = "others";
  resource.kind = "Other";
  resource.hub_type = types->add(other);
  resource.versions = {{"v1", resource.hub_type, {}, {}, true, ""}};
  resource.types = types;
  REQUIRE(registry.add(std::move(resource)).has_value());
  const auto checked = annex::discovery::check_type_names(registry);
  REQUIRE_FALSE(checked.has_value());
  CHECK_THAT(checked.error().message, Catch::Contains("com.example.bakery.v1.Spec") &&
                                          Catch::Contains("others.other.example.com"));
}

TEST_CASE("a version that is no semantic version is told as v0.0.0") {
  const annex::registry::Registry empty;
  auto told = [&](const char* version) {
    annex::discovery::DocumentsOptions options;
    options.version = version;
    const bakery::Documents documents(empty, options);
    return documents.body("/version").at_string({"gitVersion"});
  };
  CHECK(told("v1.2.3-rc.1") == "v1.2.3-rc.1");
  CHECK(told("2.0.0") == "v2.0.0");
  CHECK(told("today") == "v0.0.0");
}
