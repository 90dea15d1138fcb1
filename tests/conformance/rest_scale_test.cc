#include <catch2/catch.hpp>

#include "annex/json/write.h"
#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;

namespace {

const std::string kItem = kFlasks + "/x";
const std::string kScale = kItem + "/scale";

/// With flask x, of which two are wanted and one is there.
struct ScaleServer : RestServer {
  ScaleServer() {
    post(kFlasks, R"({"metadata":{"name":"x","labels":{"a":"1"}},"spec":{"copies":2}})");
    patch(kItem + "/status", kMergePatch, R"({"status":{"copies":1,"foundBy":"a=1"}})");
  }
  std::int64_t copies() { return get(kItem).body.find("spec")->find("copies")->as_int64(); }
};

}  // namespace

TEST_CASE("a scale tells of the object behind it, and nothing else") {
  ScaleServer server;
  const Answer flask = server.get(kItem);
  const Answer scale = server.get(kScale);
  CHECK(scale.status == 200);
  CHECK(scale.text == R"({"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"x",)"
                      R"("namespace":"default","uid":")" +
                          flask.at({"metadata", "uid"}) + R"(","resourceVersion":")" + flask.rv() +
                          R"(","creationTimestamp":"2026-01-02T03:04:05Z"},"spec":{"replicas":2},)"
                          R"("status":{"replicas":1,"selector":"a=1"}})" +
                          "\n");
  CHECK(server.get(kScale, {{"Accept", kPartial}}).at({"kind"}) == "PartialObjectMetadata");
  CHECK(server.get(kScale, {{"Accept", kTable}}).at({"kind"}) == "Table");
  CHECK(server.get(kFlasks + "/none/scale").message() ==
        "flasks.wardle.example.com \"none\" not found");
  CHECK(server.get(kFlunders + "/x/scale").status == 404);
  CHECK(server.post(kScale, "{}").status == 405);
  CHECK(server.remove(kScale).status == 405);
}

TEST_CASE("a scale that is put changes the replicas and counts as a change of the spec") {
  ScaleServer server;
  const Answer before = server.get(kScale);
  json::Value scale = before.body;
  scale.as_object()["spec"].as_object().set("replicas", 5);
  scale.as_object()["status"].as_object().set("replicas", 9);
  scale.as_object()["metadata"].as_object().set("labels", json::Object{{"b", "2"}});
  const Answer written = server.put(kScale, scale);
  CHECK(written.status == 200);
  CHECK(written.at({"kind"}) == "Scale");
  CHECK(written.body.find("spec")->find("replicas")->as_int64() == 5);
  CHECK(written.body.find("status")->find("replicas")->as_int64() == 1);
  const Answer flask = server.get(kItem);
  CHECK(flask.body.find("spec")->find("copies")->as_int64() == 5);
  CHECK(flask.body.find("metadata")->find("generation")->as_int64() == 2);
  CHECK(flask.body.find("metadata")->find("labels")->find("b") == nullptr);
  CHECK(flask.rv() == written.rv());

  CHECK(server.put(kScale, scale).status == 409);
  scale.as_object()["metadata"].as_object().erase("resourceVersion");
  CHECK(server.put(kScale, scale).rv() == written.rv());
  scale.as_object()["metadata"].as_object().set("uid", "another");
  CHECK(server.put(kScale, scale).status == 409);
  CHECK(
      server
          .put(kFlasks + "/none/scale", json::Object{{"metadata", json::Object{{"name", "none"}}}})
          .status == 404);
}

TEST_CASE("a scale is patched as any object") {
  ScaleServer server;
  CHECK(server.patch(kScale, kMergePatch, R"({"spec":{"replicas":7}})").status == 200);
  CHECK(server.copies() == 7);
  CHECK(server.patch(kScale, kJsonPatch, R"([{"op":"replace","path":"/spec/replicas","value":3}])")
            .status == 200);
  CHECK(server.copies() == 3);
  const Answer dry =
      server.patch(kScale + "?dryRun=All", kMergePatch, R"({"spec":{"replicas":4}})");
  CHECK(dry.body.find("spec")->find("replicas")->as_int64() == 4);
  CHECK(server.copies() == 3);
  // None are left out where they are written, and a write of the same changes nothing.
  const Answer none = server.patch(kScale, kMergePatch, R"({"spec":{"replicas":null}})");
  CHECK_THAT(none.text, Contains(R"("spec":{},"status":{"replicas":1)"));
  CHECK(server.get(kItem).body.find("spec") == nullptr);
  CHECK(server.patch(kScale, kMergePatch, R"({"spec":{"replicas":0}})").rv() == none.rv());
  const Answer uid = server.patch(kScale, kMergePatch, R"({"metadata":{"uid":"u"}})");
  CHECK(uid.status == 409);
  CHECK_THAT(uid.message(), Contains("flasks/scale.wardle.example.com \"x\": Precondition failed"));
}

TEST_CASE("replicas that cannot be are refused by the scale, then by the object") {
  ScaleServer server;
  const Answer negative = server.patch(kScale, kMergePatch, R"({"spec":{"replicas":-1}})");
  CHECK(negative.status == 422);
  CHECK(negative.message() ==
        "Scale.autoscaling \"x\" is invalid: spec.replicas: Invalid value: -1: must be greater "
        "than or equal to 0");
  const Answer many = server.patch(kScale, kMergePatch, R"({"spec":{"replicas":101}})");
  CHECK(many.status == 422);
  CHECK_THAT(many.message(), Contains("Flask.wardle.example.com \"x\" is invalid: spec.copies"));
  CHECK(server.put(kScale, json::Object{{"kind", "Flask"}}).status == 400);
  const Answer unknown =
      server.patch(kScale + "?fieldValidation=Strict", kMergePatch, R"({"spec":{"copies":1}})");
  CHECK(unknown.status == 422);
  CHECK_THAT(unknown.message(), Contains("unknown field \"spec.copies\""));
  CHECK(server.copies() == 2);
}

namespace {

/// The managers of a flask with operation, subresource and fields.
std::string managers(RestServer& server) {
  const Answer answer = server.get(kItem);
  const json::Value* entries = answer.body.find("metadata")->find("managedFields");
  std::string text;
  if (entries == nullptr) return text;
  for (const json::Value& entry : entries->as_array()) {
    text += entry.at_string({"manager"}) + " " + entry.at_string({"operation"}) + " " +
            entry.at_string({"subresource"}) + " " + json::write(*entry.find("fieldsV1")) + "\n";
  }
  return text;
}

const std::string kApplyType = "application/apply-patch+yaml";

}  // namespace

TEST_CASE("who writes the scale takes the replicas, as a manager of that subresource") {
  RestServer server;
  const std::string config =
      R"({"apiVersion":"wardle.example.com/v1beta1","kind":"Flask","metadata":{"name":"x"},)"
      R"("spec":{"copies":2,"reference":"r"}})";
  CHECK(server.patch(kItem + "?fieldManager=a", kApplyType, config).status == 201);
  CHECK(
      server.patch(kScale + "?fieldManager=s", kMergePatch, R"({"spec":{"replicas":5}})").status ==
      200);
  CHECK(managers(server) ==
        "a Apply  {\"f:spec\":{\"f:reference\":{}}}\n"
        "s Update scale {\"f:spec\":{\"f:copies\":{}}}\n");
  // The scale of the same size takes nothing.
  CHECK(
      server.patch(kScale + "?fieldManager=t", kMergePatch, R"({"spec":{"replicas":5}})").status ==
      200);
  const Answer refused = server.patch(kItem + "?fieldManager=a", kApplyType, config);
  CHECK(refused.message() ==
        "Apply failed with 1 conflict: conflict with \"s\" with subresource \"scale\" using "
        "wardle.example.com/v1beta1: .spec.copies");
}

TEST_CASE("a scale is applied, and conflicts with who has the replicas of the object") {
  RestServer server;
  const std::string config =
      R"({"apiVersion":"wardle.example.com/v1beta1","kind":"Flask","metadata":{"name":"x"},)"
      R"("spec":{"copies":2}})";
  const std::string scale =
      R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"x"},)"
      R"("spec":{"replicas":7}})";
  CHECK(server.patch(kScale + "?fieldManager=s", kApplyType, scale).status == 404);
  CHECK(server.patch(kItem + "?fieldManager=a", kApplyType, config).status == 201);
  CHECK(server.patch(kScale + "?fieldManager=s", kApplyType, scale).message() ==
        "Apply failed with 1 conflict: conflict with \"a\": .spec.replicas");
  CHECK(server.patch(kScale + "?fieldManager=s&force=true", kApplyType, scale).status == 200);
  CHECK(managers(server) == "s Apply scale {\"f:spec\":{\"f:copies\":{}}}\n");
}
