// What comparing with upstream's sample, running, has taught beyond the numbered rows.
#include <catch2/catch.hpp>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;

TEST_CASE("a null body is an object without members") {
  RestServer server;
  CHECK(server.post(kFlunders, "null").status == 422);
}

TEST_CASE("kind and apiVersion must be text, and apiVersion a version") {
  RestServer server;
  CHECK_THAT(server.post(kFlunders, R"({"kind":1})").message(),
             Contains("couldn't get version/kind"));
  CHECK_THAT(server.post(kFlunders, R"({"apiVersion":"a/b/c"})").message(),
             Contains("unexpected GroupVersion string: a/b/c"));
}

TEST_CASE("a selfLink is taken and forgotten") {
  RestServer server;
  const Answer answer = server.post(kFlunders, R"({"metadata":{"name":"x","selfLink":"/y"}})");
  CHECK(answer.status == 201);
  CHECK(answer.header("Warning").empty());
  CHECK(answer.at({"metadata", "selfLink"}).empty());
}

TEST_CASE("duplicates are told where they begin") {
  RestServer server;
  const Answer answer = server.post(kFlunders + "?fieldValidation=Strict",
                                    R"({"spec":{},"spec":{"reference":"","reference":""}})");
  CHECK_THAT(answer.message(), Contains("duplicate field \"spec\", duplicate field"));
}

TEST_CASE("a page of a selection is filled") {
  RestServer server;
  for (const char* name : {"a", "b", "c", "d"}) server.make(name);
  server.patch(kFlunders + "/b", kMergePatch, R"({"metadata":{"labels":{"odd":"1"}}})");
  server.patch(kFlunders + "/d", kMergePatch, R"({"metadata":{"labels":{"odd":"1"}}})");
  const Answer first = server.get(kFlunders + "?limit=1&labelSelector=odd");
  CHECK(first.item_names() == std::vector<std::string>{"b"});
  const Answer second = server.get(
      kFlunders + "?limit=1&labelSelector=odd&continue=" + first.at({"metadata", "continue"}));
  CHECK(second.item_names() == std::vector<std::string>{"d"});
}

TEST_CASE("any state is given whole") {
  RestServer server;
  for (const char* name : {"a", "b"}) server.make(name);
  CHECK(server.get(kFlunders + "?limit=1&resourceVersion=0").item_names().size() == 2);
}

TEST_CASE("a patch may speak another version, or take the type away") {
  RestServer server;
  server.make("x");
  const std::string path = kFlunders + "/x";
  CHECK(server.patch(path, kMergePatch, R"({"apiVersion":"wardle.example.com/v1alpha1"})").status ==
        200);
  const Answer untyped = server.patch(path, kMergePatch, R"({"kind":null,"apiVersion":null})");
  CHECK(untyped.status == 400);
  CHECK_THAT(untyped.message(), Contains("name must be provided"));
}

TEST_CASE("unsafe deletion is for what cannot be read") {
  RestServer server;
  server.make("x");
  const Answer answer = server.call("DELETE", kFlunders + "/x",
                                    R"({"ignoreStoreReadErrorWithClusterBreakingPotential":true})");
  CHECK(answer.status == 409);
  CHECK(server.get(kFlunders + "/x").status == 200);
}

TEST_CASE("an empty propagation policy in the query is refused") {
  RestServer server;
  server.make("x");
  CHECK(server.call("DELETE", kFlunders + "/x?propagationPolicy=").status == 422);
}

TEST_CASE("finalizers are judged once in an update") {
  RestServer server;
  server.make("x");
  const Answer answer =
      server.patch(kFlunders + "/x", kMergePatch, R"({"metadata":{"finalizers":["a b"]}})");
  REQUIRE(answer.status == 422);
  CHECK(answer.body.find("details")->find("causes")->as_array().size() == 1);
}
