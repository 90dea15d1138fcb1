#include <catch2/catch.hpp>
#include <set>

#include "annex/json/write.h"
#include "bakery.h"

namespace json = annex::json;
using bakery::get;

namespace {

const bakery::Documents& documents() {
  static const bakery::Documents all(bakery::make_registry());
  return all;
}
json::Value document(const std::string& target) { return documents().body(target); }

/// Calls `visit` with every value of a tree.
template <typename Visit>
void walk(const json::Value& value, const Visit& visit) {
  visit(value);
  if (value.is_array()) {
    for (const json::Value& item : value.as_array()) walk(item, visit);
  } else if (value.is_object()) {
    for (const json::Member& member : value.as_object()) walk(member.value, visit);
  }
}

void check_references(const json::Value& root, const json::Value& definitions,
                      const std::string& prefix) {
  int references = 0;
  walk(root, [&](const json::Value& value) {
    const std::string& target = value.at_string({"$ref"});
    if (target.empty()) return;
    ++references;
    INFO(target);
    CHECK(target.compare(0, prefix.size(), prefix) == 0);
    CHECK(definitions.find(target.substr(prefix.size())) != nullptr);
  });
  CHECK(references > 20);
}

const std::string kV3 = "/openapi/v3/apis/bakery.example.com/v1";

}  // namespace

TEST_CASE("no reference dangles, no operation id is used twice") {
  const json::Value v2 = document("/openapi/v2");
  check_references(v2, *v2.find("definitions"), "#/definitions/");
  const json::Value v3 = document(kV3);
  check_references(v3, *v3.find("components")->find("schemas"), "#/components/schemas/");
  std::set<std::string> ids;
  walk(*v2.find("paths"), [&](const json::Value& value) {
    const std::string& id = value.at_string({"operationId"});
    if (!id.empty()) {
      INFO(id);
      CHECK(ids.insert(id).second);
    }
  });
  CHECK(ids.count("listBakeryExampleComV1NamespacedLoaf") == 1);
  CHECK(ids.count("deleteBakeryExampleComV1CollectionNamespacedLoaf") == 1);
  CHECK(ids.count("listBakeryExampleComV1LoafForAllNamespaces") == 1);
  CHECK(ids.count("patchBakeryExampleComV1NamespacedLoafStatus") == 1);
}

TEST_CASE("every PATCH lists only the forms that work, and the parameters that kubectl looks for") {
  const json::Value v3 = document(kV3);
  int patches = 0;
  for (const json::Member& path : v3.find("paths")->as_object()) {
    const json::Value* patch = path.value.find("patch");
    if (patch == nullptr) continue;
    ++patches;
    std::set<std::string> names;
    for (const json::Value& parameter : patch->find("parameters")->as_array()) {
      names.insert(parameter.at_string({"name"}));
    }
    CHECK(names == std::set<std::string>{"dryRun", "fieldManager", "fieldValidation", "force"});
    std::set<std::string> forms;
    for (const json::Member& form : patch->find("requestBody")->find("content")->as_object()) {
      forms.insert(form.name);
    }
    CHECK(forms == std::set<std::string>{
                       "application/apply-patch+yaml", "application/json-patch+json",
                       "application/merge-patch+json", "application/strategic-merge-patch+json"});
    CHECK(patch->find("x-kubernetes-group-version-kind")->at_string({"version"}) == "v1");
  }
  CHECK(patches == 4);  // loaves, their status, ovens
}

TEST_CASE("a kind's definition names its kind and refers to shared metadata") {
  const json::Value v3 = document(kV3);
  const json::Value& schemas = *v3.find("components")->find("schemas");
  const json::Value& loaf = *schemas.find("com.example.bakery.v1.Loaf");
  CHECK(json::write(*loaf.find("x-kubernetes-group-version-kind")) ==
        R"([{"group":"bakery.example.com","kind":"Loaf","version":"v1"},)"
        R"({"group":"bakery.example.com","kind":"Oven","version":"v1"}])");
  CHECK_THAT(json::write(*loaf.find("properties")->find("metadata")),
             Catch::Contains("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"));
  CHECK(schemas.find("com.example.bakery.v1.LoafList") != nullptr);
  CHECK(schemas.find("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
            ->find("properties")
            ->find("ownerReferences")
            ->at_string({"x-kubernetes-patch-merge-key"}) == "uid");
}

TEST_CASE("a scale is a kind of another group") {
  const json::Value v3 = document(kV3);
  const json::Value* put =
      v3.find("paths")->find("/apis/bakery.example.com/v1/ovens/{name}/scale")->find("put");
  REQUIRE(put != nullptr);
  CHECK(put->at_string({"operationId"}) == "replaceBakeryExampleComV1OvenScale");
  CHECK(json::write(*put->find("x-kubernetes-group-version-kind")) ==
        R"({"group":"autoscaling","kind":"Scale","version":"v1"})");
  const json::Value& schemas = *v3.find("components")->find("schemas");
  CHECK(schemas.find("io.k8s.api.autoscaling.v1.ScaleSpec") != nullptr);
  CHECK(json::write(*schemas.find("io.k8s.api.autoscaling.v1.Scale")
                         ->find("x-kubernetes-group-version-kind")) ==
        R"([{"group":"autoscaling","kind":"Scale","version":"v1"}])");
}

TEST_CASE("the index names each document by its hash; another hash is no redirect") {
  const json::Value index = document("/openapi/v3");
  const std::string url =
      index.find("paths")->find("apis/bakery.example.com/v1")->at_string({"serverRelativeURL"});
  const auto exact = documents().answer(get(url));
  CHECK(exact.status == 200);
  CHECK(exact.headers.first("Cache-Control") == "public, immutable");
  CHECK(exact.headers.contains("Expires"));
  const std::string etag(exact.headers.first("ETag").value_or(""));
  CHECK("\"" + url.substr(url.find('=') + 1) + "\"" == etag);
  const auto other = documents().answer(get(kV3 + "?hash=00"));
  CHECK(other.status == 200);
  CHECK_FALSE(other.headers.contains("Location"));
  CHECK_FALSE(other.headers.contains("Cache-Control"));
  CHECK(documents().answer(get(kV3, {{"If-None-Match", etag}})).status == 304);
  CHECK(documents().answer(get("/openapi/v3/apis/none/v1")).status == 404);
}

TEST_CASE("OpenAPI documents are conditional, as files are") {
  const bakery::Documents& all = documents();
  for (const std::string& path : {std::string("/openapi/v2"), std::string("/openapi/v3"), kV3}) {
    INFO(path);
    auto status = [&](annex::http::Headers headers) {
      const auto response = all.answer(get(path, std::move(headers)));
      CHECK((response.status == 200) == (response.body_text().size() > 100));
      CHECK((response.status == 200) == response.headers.contains("Content-Type"));
      CHECK(response.headers.contains("ETag"));
      return response.status;
    };
    const auto plain = all.answer(get(path));
    const std::string etag(plain.headers.first("ETag").value_or(""));
    CHECK(plain.headers.first("Last-Modified") == "Fri, 02 Jan 2026 03:04:05 GMT");
    CHECK(status({{"If-None-Match", etag}}) == 304);
    CHECK(status({{"If-None-Match", "W/" + etag}}) == 304);
    CHECK(status({{"If-None-Match", "\"x\" , " + etag}}) == 304);
    CHECK(status({{"If-None-Match", "*"}}) == 304);
    CHECK(status({{"If-None-Match", "\"x\""}}) == 200);
    CHECK(status({{"If-None-Match", etag.substr(1, etag.size() - 2)}}) == 200);
    CHECK(status({{"If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT"}}) == 304);
    CHECK(status({{"If-Modified-Since", "Fri, 02 Jan 2026 03:04:04 GMT"}}) == 200);
    CHECK(status({{"If-Modified-Since", "yesterday"}}) == 200);
    // A tag says more than a time.
    CHECK(status({{"If-None-Match", "\"x\""},
                  {"If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT"}}) == 200);
  }
}

TEST_CASE("the v2 document comes packed, under the same tag") {
  const auto plain = documents().answer(get("/openapi/v2"));
  const auto packed = documents().answer(get("/openapi/v2", {{"Accept-Encoding", "gzip"}}));
  CHECK_FALSE(plain.headers.contains("Content-Encoding"));
  CHECK(packed.headers.first("Content-Encoding") == "gzip");
  CHECK_THAT(packed.body_text(), Catch::StartsWith("\x1f\x8b"));
  CHECK(packed.body_text().size() * 4 < plain.body_text().size());
  CHECK(packed.headers.first("ETag") == plain.headers.first("ETag"));
  const std::vector<std::string_view> vary{"Accept-Encoding", "Accept"};
  CHECK(packed.headers.all("Vary") == vary);
  CHECK(plain.headers.all("Vary") == vary);
  const std::string etag(plain.headers.first("ETag").value_or(""));
  const auto same = documents().answer(
      get("/openapi/v2", {{"Accept-Encoding", "gzip"}, {"If-None-Match", etag}}));
  CHECK(same.status == 304);
  CHECK_FALSE(same.headers.contains("Content-Encoding"));
}

TEST_CASE("shared definitions are those of the data files, with the kinds of this server") {
  const json::Value v2 = document("/openapi/v2");
  const std::string meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
  CHECK(json::write(*v2.find("definitions")
                         ->find(meta + "DeleteOptions")
                         ->find("x-kubernetes-group-version-kind")) ==
        R"([{"group":"","kind":"DeleteOptions","version":"v1"},)"
        R"({"group":"bakery.example.com","kind":"DeleteOptions","version":"v1"},)"
        R"({"group":"bakery.example.com","kind":"DeleteOptions","version":"v1beta1"}])");
  // What explain shows of metadata is the released text.
  CHECK_THAT(v2.find("definitions")->find(meta + "ObjectMeta")->at_string({"description"}),
             Catch::Contains("ObjectMeta is metadata that all persisted resources must have"));
  const json::Value v3 = document(kV3);
  CHECK(json::write(*v3.find("components")->find("schemas")->find(meta + "Time")->find("format")) ==
        R"("date-time")");
  CHECK(v3.find("components")->find("schemas")->find(meta + "APIGroup") == nullptr);
}
