#include <catch2/catch.hpp>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;
using Names = std::vector<std::string>;

namespace {

const std::string kHeld = R"("finalizers":["a/b"])";

std::vector<std::string> finalizers(const Answer& answer) {
  std::vector<std::string> names;
  const json::Value* list = answer.body.find("metadata")->find("finalizers");
  if (list == nullptr) return names;
  for (const json::Value& name : list->as_array()) names.push_back(name.as_string());
  return names;
}

}  // namespace

TEST_CASE("row 80: deleting an object") {
  RestServer server;
  const Answer made = server.make("x");
  const Answer answer = server.remove(kFlunders + "/x");
  CHECK(answer.status == 200);
  CHECK(
      answer.text ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"x","group":"wardle.example.com","kind":"flunders","uid":")" +
          made.at({"metadata", "uid"}) + "\"}}\n");
  CHECK(server.get(kFlunders + "/x").status == 404);
  CHECK(server.remove(kFlunders + "/x").status == 404);
}

TEST_CASE("row 81: deleting another incarnation") {
  RestServer server;
  server.make("x");
  const Answer answer = server.remove(kFlunders + "/x", R"({"preconditions":{"uid":"other"}})");
  CHECK(answer.status == 409);
  CHECK_THAT(answer.message(),
             Contains("the UID in the precondition (other) does not match the UID in record ("));
  CHECK(answer.at({"details", "kind"}) == "Flunder");
  CHECK(server.remove(kFlunders + "/x?resourceVersion=1").status == 409);
}

TEST_CASE("row 82: deleting an object with a finalizer") {
  RestServer server;
  server.make("x", kHeld);
  const Answer first = server.remove(kFlunders + "/x");
  CHECK(first.status == 200);
  CHECK(first.at({"kind"}) == "Flunder");
  CHECK(first.at({"metadata", "deletionTimestamp"}) == "2026-01-02T03:04:05Z");
  CHECK(first.body.find("metadata")->find("deletionGracePeriodSeconds")->as_int64() == 0);
  CHECK(server.get(kFlunders + "/x").status == 200);
  server.clock.advance(std::chrono::seconds(5));
  const Answer second = server.remove(kFlunders + "/x");
  CHECK(second.status == 200);
  CHECK(second.rv() == first.rv());
}

TEST_CASE("row 83: a finalizer added to an object that is being deleted") {
  RestServer server;
  server.make("x", kHeld);
  json::Value object = server.remove(kFlunders + "/x").body;
  object.as_object()["metadata"].as_object().set("finalizers", json::Array{"a/b", "c/d"});
  const Answer answer = server.put(kFlunders + "/x", object);
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(),
             Contains("metadata.finalizers: Forbidden: no new finalizers can be added"));
}

TEST_CASE("row 84: taking the last finalizer deletes") {
  RestServer server;
  const Answer made = server.make("x", kHeld);
  WatchStream watch = server.watch(kFlunders + "?watch=1&resourceVersion=" + made.rv());
  const Answer marked = server.remove(kFlunders + "/x");
  const Answer answer =
      server.patch(kFlunders + "/x", kMergePatch, R"({"metadata":{"finalizers":null}})");
  CHECK(answer.status == 200);
  CHECK(answer.rv() == marked.rv());
  CHECK(server.get(kFlunders + "/x").status == 404);
  const auto events = watch.read(server.clock.now());
  REQUIRE(events.size() == 2);
  CHECK(events[0].at_string({"type"}) == "MODIFIED");
  CHECK(events[1].at_string({"type"}) == "DELETED");
  CHECK(std::stoull(events[1].at_string({"object", "metadata", "resourceVersion"})) >
        std::stoull(marked.rv()));
}

TEST_CASE("row 85: creating what is being deleted") {
  RestServer server;
  server.make("x", kHeld);
  server.remove(kFlunders + "/x");
  const Answer answer = server.post(kFlunders, R"({"metadata":{"name":"x"}})");
  CHECK(answer.status == 409);
  CHECK(answer.message() ==
        "object is being deleted: flunders.wardle.example.com \"x\" already exists");
}

TEST_CASE("row 86: propagation policies leave their finalizers") {
  RestServer server;
  server.make("x");
  server.make("y");
  const Answer foreground = server.remove(kFlunders + "/x?propagationPolicy=Foreground");
  CHECK(foreground.status == 200);
  CHECK(finalizers(foreground) == Names{"foregroundDeletion"});
  const Answer orphan = server.remove(kFlunders + "/y?propagationPolicy=Orphan");
  CHECK(finalizers(orphan) == Names{"orphan"});
  // Another policy replaces the first one: nothing holds the object then.
  CHECK(server.remove(kFlunders + "/x?propagationPolicy=Background").at({"kind"}) == "Status");
}

TEST_CASE("row 87: an unknown policy") {
  RestServer server;
  server.make("x");
  const Answer answer = server.remove(kFlunders + "/x", R"({"propagationPolicy":"X"})");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(),
             Contains("Unsupported value: \"X\": supported values: \"Foreground\", "
                      "\"Background\", \"Orphan\", \"nil\""));
}

TEST_CASE("row 88: a dry run of a deletion") {
  RestServer server;
  server.make("x");
  const Answer answer = server.remove(kFlunders + "/x?dryRun=All");
  CHECK(answer.status == 200);
  CHECK(answer.at({"kind"}) == "Status");
  CHECK(server.get(kFlunders + "/x").status == 200);
}

TEST_CASE("row 89: deleting a selection") {
  RestServer server;
  server.make("x");
  server.make("y");
  server.make("z", "");
  const Answer answer = server.remove(kFlunders + "?labelSelector=a%3D1");
  CHECK(answer.status == 200);
  CHECK(answer.at({"kind"}) == "FlunderList");
  CHECK(answer.item_names() == Names{"x", "y"});
  CHECK(server.get(kFlunders).item_names() == Names{"z"});
  CHECK_THAT(server.remove(kFlunders + "?labelSelector=a%3D1").text, Contains("\"items\":[]"));
}

TEST_CASE("row 90: deleting across namespaces") {
  RestServer server;
  CHECK(server.remove(kBase + "/flunders").status == 405);
}

TEST_CASE("orphanDependents=false on an object that stays is 202") {
  RestServer server;
  server.make("x", kHeld);
  CHECK(server.remove(kFlunders + "/x?orphanDependents=false").status == 202);
}

TEST_CASE("a body of another kind, and one in YAML") {
  RestServer server;
  server.make("x");
  CHECK(server.remove(kFlunders + "/x", R"({"kind":"Pod","apiVersion":"v1"})").status == 400);
  const Answer answer = server.call("DELETE", kFlunders + "/x",
                                    "kind: DeleteOptions\napiVersion: v1\ndryRun: [All]\n",
                                    {{"Content-Type", "application/yaml"}});
  CHECK(answer.status == 200);
  CHECK(server.get(kFlunders + "/x").status == 200);
}

TEST_CASE("marking for deletion counts as a generation") {
  RestServer server;
  server.make("x", kHeld, kFlasks);
  const Answer answer = server.remove(kFlasks + "/x");
  CHECK(answer.body.find("metadata")->find("generation")->as_int64() == 2);
}
