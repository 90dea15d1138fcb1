#include <catch2/catch.hpp>

#include "bakery.h"
#include "util/proto_reader.h"

namespace json = annex::json;
using annex::util::ProtoReader;
using bakery::get;

namespace {

const std::string kV2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const std::string kV2Old = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const std::string kV3 = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
const std::string kV3Old = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
const std::string kV3Path = "/openapi/v3/apis/bakery.example.com/v1";

annex::http::Response ask(const std::string& target, annex::http::Headers headers) {
  static const bakery::Documents documents(bakery::make_registry());
  return documents.answer(get(target, std::move(headers)));
}

/// The contents of all fields of that number. The message must be whole.
std::vector<std::string_view> fields(std::string_view message, int number) {
  std::vector<std::string_view> found;
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == number) found.push_back(field->bytes);
  }
  REQUIRE_FALSE(reader.broken());
  return found;
}

/// The content at the end of a path of field numbers, each of which occurs once.
std::string_view at(std::string_view message, std::initializer_list<int> path) {
  for (const int number : path) {
    const auto found = fields(message, number);
    REQUIRE(found.size() == 1);
    message = found[0];
  }
  return message;
}

/// The value of the pair (name = 1, value = 2) with that name among the fields of that number.
std::string_view named(std::string_view message, int number, std::string_view name) {
  for (const std::string_view pair : fields(message, number)) {
    if (at(pair, {1}) == name) return at(pair, {2});
  }
  FAIL("there is no " << name);
  return {};
}

}  // namespace

TEST_CASE("both spellings of the protobuf form are taken, with the JSON form's tag") {
  for (const auto& [path, type, old] :
       {std::tuple("/openapi/v2", kV2, kV2Old), std::tuple(kV3Path.c_str(), kV3, kV3Old)}) {
    const auto as_json = ask(path, {});
    CHECK(as_json.headers.first("Content-Type") == "application/json");
    const std::string etag(as_json.headers.first("ETag").value_or(""));
    for (const std::string& accept :
         {type, old, old + ", application/json;q=0.5", "text/plain, " + type}) {
      INFO(accept);
      const auto response = ask(path, {{"Accept", accept}});
      CHECK(response.status == 200);
      CHECK(response.headers.first("Content-Type") == type);
      CHECK(response.headers.first("ETag") == etag);
      CHECK(response.headers.all("Vary").back() == "Accept");
      CHECK(response.body_text() != as_json.body_text());
    }
    CHECK(ask(path, {{"Accept", old}, {"If-None-Match", etag}}).status == 304);
    CHECK(ask(path, {{"Accept", "application/json, " + type}}).body_text() == as_json.body_text());
    CHECK(ask(path, {{"Accept", type + ";q=0.5, */*"}}).body_text() == as_json.body_text());
  }
  // One version's form is not the other's.
  CHECK(ask("/openapi/v2", {{"Accept", kV3}}).status == 406);
  CHECK(ask(kV3Path, {{"Accept", kV2}}).status == 406);
  CHECK(ask("/openapi/v2", {{"Accept", "application/vnd.kubernetes.protobuf"}}).status == 406);
}

TEST_CASE("the v2 form holds the paths and definitions of the JSON form") {
  const std::string document = ask("/openapi/v2", {{"Accept", kV2}}).body_text();
  const auto as_json = json::parse(ask("/openapi/v2", {}).body_text());
  CHECK(at(document, {1}) == "2.0");
  CHECK(at(document, {2, 1}) == "annex");
  CHECK(fields(at(document, {8}), 2).size() == as_json->find("paths")->as_object().size());
  CHECK(fields(at(document, {9}), 1).size() == as_json->find("definitions")->as_object().size());

  const auto loaf = named(at(document, {9}), 1, "com.example.bakery.v1.Loaf");
  CHECK(at(loaf, {22, 1}) == "object");
  const auto metadata = named(at(loaf, {25}), 1, "metadata");
  CHECK(at(metadata, {1}) == "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  const auto kinds = json::parse(at(named(loaf, 31, "x-kubernetes-group-version-kind"), {2}));
  REQUIRE(kinds.has_value());
  CHECK(kinds->as_array().at(0).at_string({"kind"}) == "Loaf");

  const auto item = named(at(document, {8}), 2,
                          "/apis/bakery.example.com/v1/namespaces/{namespace}/loaves/{name}");
  const auto patch = at(item, {8});
  CHECK(at(patch, {5}) == "patchBakeryExampleComV1NamespacedLoaf");
  CHECK(fields(patch, 7).size() == 4);
  const auto parameters = fields(patch, 8);
  REQUIRE(parameters.size() == 5);
  CHECK(at(parameters[0], {1, 1, 2}) == "body");       // Parameter, BodyParameter, name
  CHECK(at(parameters[1], {1, 2, 3, 4}) == "dryRun");  // ..., NonBodyParameter, query, name
  CHECK(at(fields(item, 9).at(0), {1, 2, 4, 2}) == "path");
  CHECK(named(at(patch, {9}), 1, "401") == "\x0a\x0e\x0a\x0cUnauthorized");
  CHECK(at(named(patch, 13, "x-kubernetes-action"), {2}) == "\"patch\"");
  CHECK(at(at(document, {13, 1}), {2, 2, 4}) == "Bearer Token authentication");
  CHECK(at(document, {12, 1, 1}) == "BearerToken");
}

TEST_CASE("the v3 form holds the paths and schemas of the JSON form") {
  const std::string document = ask(kV3Path, {{"Accept", kV3}}).body_text();
  const auto as_json = json::parse(ask(kV3Path, {}).body_text());
  CHECK(at(document, {1}) == "3.0.0");
  CHECK(fields(at(document, {4}), 1).size() == as_json->find("paths")->as_object().size());
  const auto schemas = at(document, {5, 1});
  CHECK(fields(schemas, 1).size() ==
        as_json->find("components")->find("schemas")->as_object().size());
  const auto loaf = named(schemas, 1, "com.example.bakery.v1.Loaf");
  CHECK(at(loaf, {1, 25}) == "object");
  const auto metadata = named(at(loaf, {1, 31}), 1, "metadata");
  CHECK(at(metadata, {1, 26, 2, 1}) ==
        "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  CHECK(at(metadata, {1, 33}).empty());  // a default that is an object has no place there
  const auto item = named(at(document, {4}), 1, "/apis/bakery.example.com/v1/ovens/{name}");
  const auto content = at(at(item, {10, 7}), {1, 2});
  CHECK(at(named(content, 1, "application/merge-patch+json"), {1, 2, 1}) ==
        "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Patch");
}
