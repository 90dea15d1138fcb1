// What tests of servers are told when something is not as they want it.
#include "annex/testing/difference.h"

#include <catch2/catch.hpp>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/testing/fixture.h"
#include "tests/conformance/rest_server.h"

namespace {

using annex::conformance::kFlunders;
using annex::json::parse;
using annex::testing::difference;
using annex::testing::event_difference;
using annex::testing::status_difference;

TEST_CASE("A test says what matters to it of objects, errors and events") {
  annex::Server server("garden");
  server.group("wardle.example.com").resource(annex::conformance::make_flunders());
  annex::testing::Fixture fixture(server);
  // [differences]
  const auto made =
      fixture.send("POST", kFlunders, R"({"metadata":{"name":"rose"},"spec":{"reference":"a"}})",
                   {{"Content-Type", "application/json"}});
  CHECK(difference(made.json(), R"(
    kind: Flunder
    metadata: {name: rose, namespace: default, deletionTimestamp: null}
    spec: {reference: a})") == "");
  const auto refused = fixture.send("POST", kFlunders, R"({"metadata":{"name":"Rose"}})",
                                    {{"Content-Type", "application/json"}});
  CHECK(status_difference(refused.json(), {.code = 422,
                                           .reason = "Invalid",
                                           .message = "\"Rose\" is invalid",
                                           .fields = {{"metadata.name"}}}) == "");
  auto watch = fixture.get(kFlunders + "?watch=true");
  CHECK(event_difference(watch.next_json(), "ADDED", "metadata: {name: rose}") == "");
  // [differences]
}

TEST_CASE("Each difference is a line that names its place") {
  const auto actual = *parse(R"({"a":{"b":1,"c":["x",{"w":2}]},"d":null,"e":"f"})");
  CHECK(difference(actual, "{}") == "");
  CHECK(difference(actual, "{a: {c: [x, {}]}, d: null, g: null}") == "");
  CHECK(annex::testing::value_difference(actual, actual) == "");
  CHECK(difference(actual, "{a: {b: 2, z: 1}, e: null}") ==
        "a.b is 1, not 2\na.z is missing, not 1\ne is there: \"f\"");
  CHECK(difference(actual, "{a: {c: [x]}}") == "a.c has 2 items, not 1: [\"x\",{\"w\":2}]");
  CHECK(difference(actual, "{a: {c: [x, {w: 3}]}}") == "a.c[1].w is 2, not 3");
  CHECK(difference(actual, "{e: 1}") == "e is \"f\", not 1");
  CHECK(difference({}, "{e: 1}") == "it is null, not {\"e\":1}");
  CHECK(difference(actual, "{e: [").find("what is wanted cannot be read: ") == 0);
  CHECK(difference(*parse('"' + std::string(500, 'x') + '"'), "1").size() < 250);
}

TEST_CASE("An error that is none, or another one, is told as it is") {
  const auto status = *parse(
      R"({"kind":"Status","apiVersion":"v1","status":"Failure","code":422,"reason":"Invalid",
          "message":"no","details":{"causes":[{"field":"b"},{"field":"a"}]}})");
  CHECK(status_difference(status, {}) == "");
  CHECK(status_difference(status, {.fields = {{"a", "b"}}}) == "");
  CHECK(status_difference(status, {.code = 404, .reason = "NotFound", .message = "yes"}) ==
        "code is 422, not 404\nreason is \"Invalid\", not \"NotFound\"\n"
        "message is \"no\", without \"yes\"");
  CHECK(status_difference(status, {.fields = {{"a"}}}) == "details.causes are of a, b, not of a");
  CHECK(status_difference(*parse(R"({"kind":"Loaf"})"), {}) ==
        "it is no Status but {\"kind\":\"Loaf\"}");
  CHECK(status_difference({}, {.code = 404}) == "it is no Status but null");
}

TEST_CASE("An event that did not come, or another one, is told") {
  CHECK(event_difference({}, "ADDED") == "there is no event, not one of type ADDED");
  const auto event = *parse(R"({"type":"DELETED","object":{"a":1}})");
  CHECK(event_difference(event, "DELETED") == "");
  CHECK(event_difference(event, "ADDED") == "the event is DELETED, not ADDED: {\"a\":1}");
  CHECK(event_difference(event, "DELETED", "{a: 2}") == "a is 1, not 2");
}

}  // namespace
