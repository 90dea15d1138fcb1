#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/meta/names.h"
#include "annex/meta/validate_metadata.h"

namespace json = annex::json;
namespace meta = annex::meta;
using annex::schema::FieldErrors;

namespace {

std::string wrong(const std::string& metadata, bool namespaced = true) {
  FieldErrors errors;
  meta::validate_metadata(*json::parse("{\"metadata\":" + metadata + "}"), namespaced,
                          meta::check_dns_subdomain, errors);
  return errors.empty() ? "" : errors.aggregate();
}

std::string wrong_update(const std::string& metadata, const std::string& old) {
  FieldErrors errors;
  meta::validate_metadata_update(*json::parse("{\"metadata\":" + metadata + "}"),
                                 *json::parse("{\"metadata\":" + old + "}"), errors);
  return errors.empty() ? "" : errors.aggregate();
}

}  // namespace

TEST_CASE("names are checked by their rules") {
  CHECK(meta::check_path_segment("a/b") == std::vector<std::string>{"may not contain '/'"});
  CHECK(meta::check_path_segment("..") == std::vector<std::string>{"may not be '..'"});
  CHECK(meta::check_path_segment("A b").empty());
  CHECK(meta::check_dns_label("a-1").empty());
  CHECK(meta::check_dns_label("a.b") == std::vector<std::string>{"must not contain dots"});
  CHECK(meta::check_dns_label(std::string(64, 'a')) ==
        std::vector<std::string>{"must be no more than 63 bytes"});
  CHECK(meta::check_dns_subdomain("a.b-c.d").empty());
  for (const char* text : {"", "A", "a..b", "-a", "a.", "a_b"}) {
    INFO(text);
    CHECK(meta::check_dns_subdomain(text).size() == 1);
  }
  CHECK(meta::check_label_key("example.com/My_Name.1").empty());
  CHECK(meta::check_label_key("/x") == std::vector<std::string>{"prefix part must be non-empty"});
  CHECK(meta::check_label_key("a/b/c").size() == 1);
  CHECK(meta::check_label_key("").size() == 2);
  CHECK(meta::check_label_value("").empty());
  CHECK(meta::check_label_value("a b").size() == 1);
}

TEST_CASE("metadata of a new object") {
  CHECK(wrong(R"({"name":"x","namespace":"n"})").empty());
  CHECK(wrong(R"({"namespace":"n"})") ==
        "metadata.name: Required value: name or generateName is required");
  CHECK(wrong(R"({"name":"x","namespace":"n"})", false) ==
        "metadata.namespace: Forbidden: not allowed on this type");
  CHECK(wrong(R"({"name":"x"})") == "metadata.namespace: Required value");
  CHECK(wrong(R"({"name":"x","namespace":"n","generateName":"t-"})").empty());
  CHECK_THAT(wrong(R"({"name":"x","namespace":"n","generateName":"T-"})"),
             !Catch::Contains("metadata.name:"));
  CHECK_THAT(wrong(R"({"name":"x","namespace":"n","labels":{"-k":"a b"}})"),
             Catch::Contains("metadata.labels: Invalid value: \"-k\"") &&
                 Catch::Contains("metadata.labels: Invalid value: \"a b\""));
  CHECK(wrong(R"({"name":"x","namespace":"n","annotations":{"a":")" + std::string(262144, 'x') +
              "\"}}") == "metadata.annotations: Too long: may not be more than 262144 bytes");
  CHECK_THAT(wrong(R"({"name":"x","namespace":"n","finalizers":["orphan","foregroundDeletion"]})"),
             Catch::Contains("cannot be both set"));
  CHECK_THAT(
      wrong(R"({"name":"x","namespace":"n","ownerReferences":[
                   {"apiVersion":"v1","kind":"A","name":"a","uid":"1","controller":true},
                   {"apiVersion":"a/b/c","kind":"B","name":"b","uid":"2","controller":true}]})"),
      Catch::Contains("Only one reference can have Controller set to true. Found \"true\" in "
                      "references for A/a and B/b") &&
          Catch::Contains("must be <group>/<version> or <version>"));
  CHECK_THAT(wrong(R"({"name":"x","namespace":"n","managedFields":[{"operation":"X"}]})"),
             Catch::Contains("supported values: \"Apply\", \"Update\""));
  CHECK_THAT(wrong(R"({"name":"x","namespace":"n","managedFields":[{"manager":"a\u0001"}]})"),
             Catch::Contains("managedFields[0].manager") &&
                 Catch::Contains("invalid character U+0001 (at position 1)"));
}

TEST_CASE("metadata of a changed object") {
  const std::string old = R"({"name":"x","uid":"u","resourceVersion":"4","generation":2})";
  CHECK(wrong_update(R"({"name":"x","uid":"u","resourceVersion":"4","generation":2,"labels":{}})",
                     old)
            .empty());
  CHECK(wrong_update(R"({"name":"x","uid":"v","resourceVersion":"4","generation":1})", old) ==
        "[metadata.generation: Invalid value: 1: must not be decremented, metadata.uid: Invalid "
        "value: \"v\": field is immutable]");
  CHECK(wrong_update(R"({"name":"x","uid":"u","generation":2})", old) ==
        "metadata.resourceVersion: Invalid value: \"\": must be specified for an update");
  CHECK(
      wrong_update(R"({"resourceVersion":"1","deletionTimestamp":"t","finalizers":["a/b","c/d"]})",
                   R"({"deletionTimestamp":"t","finalizers":["a/b"]})") ==
      "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being "
      "deleted, found new finalizers []string{\"c/d\"}");
  CHECK(wrong_update(
            R"({"resourceVersion":"1","deletionTimestamp":"t","finalizers":["z/z","a/b","z/z"]})",
            R"({"deletionTimestamp":"t"})") ==
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being "
        "deleted, found new finalizers []string{\"a/b\", \"z/z\"}");
}
