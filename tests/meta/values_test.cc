#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/meta/condition.h"
#include "annex/meta/object_meta.h"
#include "annex/meta/quantity.h"
#include "annex/meta/status.h"
#include "annex/schema/normalize.h"
#include "annex/schema/validate.h"

namespace json = annex::json;
namespace meta = annex::meta;
namespace schema = annex::schema;

namespace {

struct Everything {
  meta::Time time{};
  std::optional<meta::MicroTime> micro{};
  meta::Duration duration{};
  meta::Quantity quantity{};
  meta::IntOrString port{};
  std::optional<meta::RawExtension> raw{};
  meta::ObjectMeta metadata{};
  friend void describe(schema::Object<Everything>& all) {
    all.field<&Everything::time>("time", "").required();
    all.field<&Everything::micro>("micro", "");
    all.field<&Everything::duration>("duration", "");
    all.field<&Everything::quantity>("quantity", "");
    all.field<&Everything::port>("port", "");
    all.field<&Everything::raw>("raw", "");
    all.field<&Everything::metadata>("metadata", "").defaulted();
  }
};

}  // namespace

TEST_CASE("the meta types survive the way through their C++ types") {
  schema::TypeTable table;
  const auto id = schema::describe_type<Everything>(table, "com.example.v1.Everything");
  const std::string text =
      R"({"time":"2026-01-02T03:04:05Z","micro":"2026-01-02T03:04:05.000007Z","duration":"1m30s",)"
      R"("quantity":"1500m","port":"25%","raw":{"kind":"Any","n":null},"metadata":{"name":"x",)"
      R"("generation":3,"deletionGracePeriodSeconds":0,"labels":{"a":"1"},"ownerReferences":)"
      R"([{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":true}]}})";
  json::Value value = *json::parse(text);
  schema::NormalizeReport report;
  REQUIRE(schema::normalize(table, id, value, report).has_value());
  CHECK(report.unknown_fields.empty());
  CHECK(json::write(value) == text);
  const auto object = schema::decode<Everything>(value);
  REQUIRE(object.has_value());
  CHECK(object->duration.length == std::chrono::seconds(90));
  CHECK(object->metadata.owner_references.at(0).controller == true);
  json::Value back = schema::encode(*object);
  REQUIRE(schema::normalize(table, id, back, report).has_value());
  CHECK(json::write(back) == text);
}

TEST_CASE("quantities compare by value, not by text") {
  CHECK(*meta::Quantity::parse("1Ki") == *meta::Quantity::parse("1024"));
  CHECK(*meta::Quantity::parse("100m") < *meta::Quantity::parse("1"));
  CHECK_FALSE(meta::Quantity::parse("one").has_value());
}

TEST_CASE("a failure becomes a Status with only what is known") {
  annex::Error error = annex::Error::bad_request("why");
  CHECK(
      json::write(meta::status_json(error)) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"why","reason":"BadRequest","code":400})");
  error.reason = annex::Reason::kNotFound;
  error.details.name = "x";
  error.details.kind = "flunders";
  error.details.causes.push_back({"T", "m", "f"});
  error.details.retry_after_seconds = 1;
  CHECK(
      json::write(*meta::status_json(error).find("details")) ==
      R"({"name":"x","kind":"flunders","causes":[{"reason":"T","message":"m","field":"f"}],"retryAfterSeconds":1})");
  CHECK(json::write(*meta::status_json(annex::Error::generic(annex::Reason::kNotFound, "no"))
                         .find("details")) == "{}");
  CHECK(
      json::write(meta::success_json("x", "g", "things", "u")) ==
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"x","group":"g","kind":"things","uid":"u"}})");
}

TEST_CASE("a condition says true, false or unknown") {
  schema::TypeTable table;
  const auto id = schema::describe_type<meta::Condition>(table, "com.example.v1.Condition");
  auto wrong = [&](std::string_view text) {
    schema::FieldErrors errors;
    schema::validate(table, id, *json::parse(text), {}, errors);
    return errors.size();
  };
  CHECK(wrong(R"({"type":"Ready","status":"True","lastTransitionTime":"2026-01-02T03:04:05Z",)"
              R"("reason":"Baked","message":""})") == 0);
  CHECK(wrong(R"({"type":"Ready","status":"true","reason":""})") == 4);
}
