#include <catch2/catch.hpp>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;

namespace {

json::Object& meta(json::Value& object) { return object.as_object()["metadata"].as_object(); }
json::Object& spec(json::Value& object) { return object.as_object()["spec"].as_object(); }

std::int64_t generation(const Answer& answer) {
  const json::Value* member = answer.body.find("metadata")->find("generation");
  return member == nullptr ? 0 : member->as_int64();
}

}  // namespace

TEST_CASE("row 56: an update with the current revision") {
  RestServer server;
  const Answer made = server.make("x");
  json::Value object = made.body;
  meta(object).set("labels", json::Object{{"a", "2"}});
  const Answer answer = server.put(kFlunders + "/x", object);
  CHECK(answer.status == 200);
  CHECK(std::stoull(answer.rv()) > std::stoull(made.rv()));
  CHECK(answer.at({"metadata", "uid"}) == made.at({"metadata", "uid"}));
  CHECK(answer.at({"metadata", "creationTimestamp"}) == made.at({"metadata", "creationTimestamp"}));
  CHECK(answer.at({"metadata", "labels", "a"}) == "2");
}

TEST_CASE("row 57: an update with an old revision") {
  RestServer server;
  const Answer made = server.make("x");
  json::Value object = made.body;
  meta(object).set("labels", json::Object{{"a", "2"}});
  REQUIRE(server.put(kFlunders + "/x", object).status == 200);
  const Answer answer = server.put(kFlunders + "/x", object);
  CHECK(answer.status == 409);
  CHECK(answer.reason() == "Conflict");
  CHECK(answer.message() ==
        "Operation cannot be fulfilled on flunders.wardle.example.com \"x\": the object has been "
        "modified; please apply your changes to the latest version and try again");
}

TEST_CASE("row 58: an update without a revision") {
  RestServer server;
  json::Value object = server.make("x").body;
  meta(object).erase("resourceVersion");
  const Answer answer = server.put(kFlunders + "/x", object);
  CHECK(answer.status == 422);
  CHECK(answer.message() ==
        "flunders.wardle.example.com \"x\" is invalid: metadata.resourceVersion: Invalid value: 0: "
        "must be specified for an update");
  json::Value flask = server.make("x", "", kFlasks).body;
  meta(flask).erase("resourceVersion");
  spec(flask).set("reference", "s");
  CHECK(server.put(kFlasks + "/x", flask).status == 200);
}

TEST_CASE("row 59: another name, and none") {
  RestServer server;
  json::Value object = server.make("x").body;
  meta(object).set("name", "y");
  const Answer other = server.put(kFlunders + "/x", object);
  CHECK(other.status == 400);
  CHECK(other.message() == "the name of the object (y) does not match the name on the URL (x)");
  meta(object).erase("name");
  const Answer none = server.put(kFlunders + "/x", object);
  CHECK(none.status == 400);
  CHECK(none.message() ==
        "the name of the object (x based on URL) was undeterminable: name must be provided");
}

TEST_CASE("row 60: updating what is not there") {
  RestServer server;
  json::Value object = server.make("x").body;
  meta(object).set("name", "none");
  CHECK(server.put(kFlunders + "/none", object).status == 404);
  json::Value flask = server.make("x", "", kFlasks).body;
  meta(flask).set("name", "new");
  meta(flask).erase("uid");
  CHECK(server.put(kFlasks + "/new", flask).status == 201);
}

TEST_CASE("row 61: an update of another incarnation") {
  RestServer server;
  json::Value object = server.make("x").body;
  meta(object).set("uid", "other");
  const Answer answer = server.put(kFlunders + "/x", object);
  CHECK(answer.status == 409);
  CHECK_THAT(answer.message(), Contains("Precondition failed: UID in precondition: other"));
}

TEST_CASE("row 62: an update that changes nothing") {
  RestServer server;
  const Answer made = server.make("x");
  WatchStream watch = server.watch(kFlunders + "?watch=1&resourceVersion=" + made.rv());
  const Answer answer = server.put(kFlunders + "/x", made.body);
  CHECK(answer.status == 200);
  CHECK(answer.rv() == made.rv());
  CHECK(watch.read(server.clock.now()).empty());
}

TEST_CASE("row 63: setting deletionTimestamp") {
  RestServer server;
  json::Value object = server.make("x").body;
  meta(object).set("deletionTimestamp", "2026-01-02T03:04:05Z");
  const Answer answer = server.put(kFlunders + "/x", object);
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(), Contains("metadata.deletionTimestamp: Invalid value: ") &&
                                   Contains("field is immutable"));
}

TEST_CASE("row 64: generation counts changes of the spec, status is left alone") {
  RestServer server;
  const Answer made = server.make("x", "", kFlasks);
  CHECK(generation(made) == 1);
  json::Value object = made.body;
  spec(object).set("reference", "s");
  object.as_object().set("status", json::Object{{"phase", "Ready"}});
  const Answer changed = server.put(kFlasks + "/x", object);
  CHECK(changed.status == 200);
  CHECK(generation(changed) == 2);
  CHECK(changed.at({"status", "phase"}).empty());
  json::Value labelled = changed.body;
  meta(labelled).set("labels", json::Object{{"b", "1"}});
  meta(labelled).set("generation", 9);
  const Answer answer = server.put(kFlasks + "/x", labelled);
  CHECK(answer.status == 200);
  CHECK(generation(answer) == 2);
}

TEST_CASE("row 65: the status subresource changes the status alone") {
  RestServer server;
  json::Value object = server.make("x", "", kFlasks).body;
  spec(object).set("reference", "s");
  object.as_object().set("status", json::Object{{"phase", "Ready"}});
  const Answer answer = server.put(kFlasks + "/x/status", object);
  CHECK(answer.status == 200);
  CHECK(answer.at({"spec", "reference"}) == "r");
  CHECK(answer.at({"status", "phase"}) == "Ready");
  CHECK(generation(answer) == 1);
  CHECK(server.get(kFlasks + "/x/status").body == answer.body);
  CHECK(server.get(kFlunders + "/x/status").status == 404);
  CHECK(server.remove(kFlasks + "/x/status").status == 405);
}

TEST_CASE("status is dropped on create where it is a subresource") {
  RestServer server;
  const Answer answer =
      server.post(kFlasks, R"({"metadata":{"name":"x"},"status":{"phase":"Ready"}})");
  CHECK(answer.status == 201);
  CHECK(answer.at({"status", "phase"}).empty());
}

TEST_CASE("a dry run of an update shows the live revision and stores nothing") {
  RestServer server;
  const Answer made = server.make("x");
  json::Value object = made.body;
  spec(object).set("reference", "dry");
  const Answer answer = server.put(kFlunders + "/x?dryRun=All", object);
  CHECK(answer.status == 200);
  CHECK(answer.rv() == made.rv());
  CHECK(answer.at({"spec", "reference"}) == "dry");
  CHECK(server.get(kFlunders + "/x").at({"spec", "reference"}) == "r");
}
