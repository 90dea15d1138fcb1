#include "annex/request/request_info.h"

#include <catch2/catch.hpp>

#include "annex/http/uri.h"

using namespace annex;

namespace {

request::RequestInfo resolve(const std::string& method, const std::string& target) {
  http::Request request;
  request.method = method;
  request.target = *http::parse_target(target);
  auto info = request::resolve(request);
  REQUIRE(info);
  return *info;
}

}  // namespace

TEST_CASE("verbs come from the method and from whether there is a name") {
  const std::string list = "/apis/g.io/v1/namespaces/ns/things";
  const std::string item = list + "/x";
  CHECK(resolve("GET", list).verb == "list");
  CHECK(resolve("GET", list + "?watch=1").verb == "watch");
  CHECK(resolve("GET", list + "?watch=").verb == "watch");
  CHECK(resolve("GET", list + "?watch=False").verb == "list");
  CHECK(resolve("GET", item + "?watch=1").verb == "get");
  CHECK(resolve("HEAD", item).verb == "get");
  CHECK(resolve("POST", list).verb == "create");
  CHECK(resolve("PUT", item).verb == "update");
  CHECK(resolve("PATCH", item).verb == "patch");
  CHECK(resolve("DELETE", item).verb == "delete");
  CHECK(resolve("DELETE", list).verb == "deletecollection");
  CHECK(resolve("OPTIONS", item).verb.empty());
}

TEST_CASE("the parts of a path") {
  const auto info = resolve("PUT", "/apis/g.io/v1/namespaces/ns/things/x/status");
  CHECK(info.is_resource);
  CHECK(info.group == "g.io");
  CHECK(info.version == "v1");
  CHECK(info.name_space == "ns");
  CHECK(info.resource == "things");
  CHECK(info.name == "x");
  CHECK(info.subresource == "status");
  const auto cluster = resolve("GET", "/apis/g.io/v1/things/x/");
  CHECK(cluster.name_space.empty());
  CHECK(cluster.name == "x");
  const auto core = resolve("GET", "/api/v1/namespaces/ns");
  CHECK(core.group.empty());
  CHECK(core.resource == "namespaces");
  CHECK(core.name == "ns");
  CHECK(core.name_space == "ns");
  CHECK(resolve("GET", "/api/v1/namespaces/ns/status").subresource == "status");
  CHECK(resolve("GET", "/apis/g.io/v1/namespaces/ns/things/a%2Fb").subresource == "b");
}

TEST_CASE("what is no resource has its method as verb") {
  for (const char* path : {"/", "/healthz", "/apis", "/apis/g.io/v1", "/api/v1"}) {
    const auto info = resolve("GET", path);
    CHECK_FALSE(info.is_resource);
    CHECK(info.verb == "get");
    CHECK(info.group.empty());
  }
}

TEST_CASE("a selector of one name gives the request its name") {
  const std::string list = "/apis/g.io/v1/namespaces/ns/things";
  CHECK(resolve("GET", list + "?fieldSelector=metadata.name%3Dx").name == "x");
  CHECK(resolve("GET", list + "?fieldSelector=metadata.name!%3Dx").name.empty());
  CHECK(resolve("GET", list + "?fieldSelector=metadata.name%3Da%2Fb").name.empty());
  CHECK(resolve("DELETE", list + "?fieldSelector=metadata.name%3Dx").name.empty());
  CHECK(resolve("GET", list + "?labelSelector=a").label_selector == "a");
}

TEST_CASE("the deprecated form of watches") {
  const auto info = resolve("GET", "/apis/g.io/v1/watch/namespaces/ns/things/x");
  CHECK(info.verb == "watch");
  CHECK(info.verb_in_path);
  CHECK(info.name == "x");
  http::Request request;
  request.method = "GET";
  request.target = *http::parse_target("/apis/g.io/v1/watch");
  CHECK_FALSE(request::resolve(request));
}
