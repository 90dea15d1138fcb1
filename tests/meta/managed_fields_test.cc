#include "meta/managed_fields.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace json = annex::json;
namespace meta = annex::meta;

namespace {

json::Value parsed(const std::string& text) {
  auto value = json::parse(text);
  REQUIRE(value);
  return std::move(*value);
}

std::string entry(const std::string& members) {
  return "{" + members + R"(,"fieldsType":"FieldsV1","fieldsV1":{"f:a":{}}})";
}

std::string error_of(const std::string& entries) {
  const json::Value list = parsed(entries);
  auto managers = meta::read_managers(&list);
  REQUIRE_FALSE(managers);
  return managers.error().message;
}

}  // namespace

TEST_CASE("managers are written applies first, then by time, name, version and subresource") {
  const std::string one =
      R"("operation":"Update","apiVersion":"g/v1","time":"2026-01-02T03:04:05Z")";
  const json::Value list = parsed(
      "[" + entry(R"("manager":"b",)" + one) + "," +
      entry(
          R"("manager":"aa","operation":"Update","apiVersion":"g/v1","time":"2027-01-02T03:04:05Z")") +
      "," + entry(R"("manager":"a",)" + one) + "," +
      entry(
          R"("manager":"z","operation":"Apply","apiVersion":"g/v1","time":"2028-01-01T00:00:00Z")") +
      "," + entry(R"("manager":"c","operation":"Update","apiVersion":"g/v2")") + "," +
      entry(R"("manager":"c","operation":"Update","apiVersion":"g/v1")") + "]");
  auto managers = meta::read_managers(&list);
  REQUIRE(managers);
  const json::Value written = meta::write_managers(*managers);
  REQUIRE(written.is_array());
  std::string order;
  for (const json::Value& entry : written.as_array()) {
    order += entry.at_string({"manager"}) + entry.at_string({"apiVersion"}).substr(3) + " ";
  }
  CHECK(order == "z1 c1 c2 a1 b1 aa1 ");
  CHECK(json::write(written.as_array()[3]) ==
        R"({"manager":"a","operation":"Update","apiVersion":"g/v1","time":"2026-01-02T03:04:05Z",)"
        R"("fieldsType":"FieldsV1","fieldsV1":{"f:a":{}}})");
}

TEST_CASE("an applier is one whatever its version, an updater is one a version and subresource") {
  const json::Value list = parsed(
      "[" + entry(R"("manager":"a","operation":"Apply","apiVersion":"g/v1")") + "," +
      entry(R"("manager":"a","operation":"Apply","apiVersion":"g/v2")") + "," +
      entry(R"("manager":"a","operation":"Update","apiVersion":"g/v1")") + "," +
      entry(R"("manager":"a","operation":"Update","apiVersion":"g/v2")") + "," +
      entry(R"("manager":"a","operation":"Update","apiVersion":"g/v2","subresource":"status")") +
      "]");
  auto managers = meta::read_managers(&list);
  REQUIRE(managers);
  CHECK(managers->size() == 4);
  CHECK(meta::write_managers(*managers).as_array().front().at_string({"apiVersion"}) == "g/v2");
  meta::Manager manager;
  manager.name = "a";
  manager.api_version = "g/v1";
  manager.subresource = "status";
  CHECK(identity(manager) ==
        R"({"manager":"a","operation":"Update","apiVersion":"g/v1","subresource":"status"})");
  manager.applied = true;
  CHECK(identity(manager) == R"({"manager":"a","operation":"Apply","subresource":"status"})");
}

TEST_CASE("no managers are written as none") {
  CHECK(meta::write_managers({}).is_null());
  auto none = meta::read_managers(nullptr);
  REQUIRE(none);
  CHECK(none->empty());
}

TEST_CASE("damaged entries are refused with what is wrong") {
  CHECK(error_of(R"([{"operation":"Delete","apiVersion":"v1"}])") ==
        "operation must be `Apply` or `Update`");
  CHECK(error_of(R"([{"operation":"Update"}])") == "apiVersion must not be empty");
  CHECK(error_of(R"([{"operation":"Update","apiVersion":"v1"}])") ==
        "missing fieldsType in managed fields entry 0");
  CHECK(error_of(R"([{"operation":"Update","apiVersion":"v1","fieldsType":"FieldsV2"}])") ==
        R"(invalid fieldsType "FieldsV2" in managed fields entry 0)");
  CHECK(error_of(R"([{"operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1",)"
                 R"("fieldsV1":{"nope":{}}}])")
            .find("error decoding versioned set") == 0);
  CHECK_FALSE(error_of("[1]").empty());
}

TEST_CASE("an empty list and an empty entry ask that managers be forgotten, none does not") {
  const json::Value empty = json::Array();
  const json::Value one = parsed("[{}]");
  const json::Value two = parsed("[{},{}]");
  CHECK(meta::resets_managers(&empty));
  CHECK(meta::resets_managers(&one));
  CHECK_FALSE(meta::resets_managers(&two));
  CHECK_FALSE(meta::resets_managers(nullptr));
}

TEST_CASE("lists are compared but for their times") {
  const json::Value a = parsed(R"([{"manager":"a","time":"1"},{"manager":"b"}])");
  CHECK(meta::same_but_times(a, parsed(R"([{"manager":"a","time":"2"},{"manager":"b"}])")));
  CHECK_FALSE(meta::same_but_times(a, parsed(R"([{"manager":"a"}])")));
  CHECK_FALSE(meta::same_but_times(a, parsed(R"([{"manager":"b"},{"manager":"a"}])")));
  CHECK(meta::same_but_times(json::Value(), json::Value()));
  CHECK_FALSE(meta::same_but_times(a, json::Value()));
}
