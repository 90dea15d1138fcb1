#include "schema/field_set.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace json = annex::json;
using annex::schema::FieldSet;
using annex::schema::PathElement;

namespace {

FieldSet set_of(const char* text) {
  auto set = FieldSet::read(*json::parse(text));
  REQUIRE(set);
  return std::move(*set);
}

std::string text_of(const FieldSet& set) { return json::write(set.write()); }

std::string error_of(const char* text) {
  auto set = FieldSet::read(*json::parse(text));
  REQUIRE_FALSE(set);
  return set.error().message;
}

}  // namespace

TEST_CASE(
    "a field set is written in the order of its elements, whatever the order it was read in") {
  const FieldSet set =
      set_of(R"({"f:spec":{"f:tags":{"v:\"x\"":{}},"f:size":{},".":{},)"
             R"("f:ovens":{"k:{\"name\":\"n\"}":{"f:temp":{},".":{},"f:name":{}}}}})");
  CHECK(text_of(set) ==
        R"({"f:spec":{".":{},"f:ovens":{"k:{\"name\":\"n\"}":{".":{},"f:name":{},"f:temp":{}}},)"
        R"("f:size":{},"f:tags":{"v:\"x\"":{}}}})");
  CHECK(set.size() == 6);
  CHECK(set.shown() == std::vector<std::string>{
                           ".spec", R"(.spec.ovens[name="n"])", R"(.spec.ovens[name="n"].name)",
                           R"(.spec.ovens[name="n"].temp)", ".spec.size", R"(.spec.tags[="x"])"});
}

TEST_CASE("fields come before keys, keys before values, values before positions") {
  CHECK(text_of(set_of(
            R"({"i:0":{},"v:null":{},"v:true":{},"v:\"a\"":{},"v:2":{},"v:10":{},"v:false":{},)"
            R"("k:{\"b\":1}":{},"k:{\"a\":2,\"b\":1}":{},"k:{\"a\":2}":{},"f:b":{},"f:a":{}})")) ==
        R"({"f:a":{},"f:b":{},"k:{\"a\":2}":{},"k:{\"a\":2,\"b\":1}":{},"k:{\"b\":1}":{},)"
        R"("v:2":{},"v:10":{},"v:\"a\"":{},"v:false":{},"v:true":{},"v:null":{},"i:0":{}})");
}

TEST_CASE("names with quotes, dots, slashes and letters beyond ASCII stay as they are") {
  const char* text = R"({"f:a.b/c":{},"f:q\"":{},"f:é":{},"k:{\"n\":\"\\\"x\\u003c\"}":{}})";
  CHECK(text_of(set_of(text)) == text);
  CHECK(text_of(set_of(R"({"k:{\"n\":\"<\"}":{}})")) == R"({"k:{\"n\":\"\\u003c\"}":{}})");
  CHECK(PathElement::key({{"n", "x"}, {"a", 1}}).shown() == R"([a=1,n="x"])");
}

TEST_CASE("numbers in elements are equal by value") {
  CHECK(text_of(set_of(R"({"v:1":{},"v:1.0":{}})")) == R"({"v:1":{}})");
  CHECK(set_of(R"({"k:{\"n\":80.0}":{}})").contains({PathElement::key({{"n", 80}})}));
}

TEST_CASE("elements of an unknown kind are left out with what is below them") {
  CHECK(text_of(set_of(R"({"x:y":{"f:a":{}},"f:b":{}})")) == R"({"f:b":{}})");
  // As upstream: nothing that is known below it makes a member of it.
  CHECK(text_of(set_of(R"({"f:b":{"x:y":{}}})")) == R"({"f:b":{}})");
}

TEST_CASE("what is no field set is refused") {
  CHECK(error_of(R"({"f":{}})").find("key must be 2 characters long") != std::string::npos);
  CHECK(error_of(R"({"fx:a":{}})").find("missing colon: fx:a") != std::string::npos);
  CHECK(error_of(R"({"i:x":{}})").find("strconv.Atoi") != std::string::npos);
  CHECK_FALSE(error_of(R"({"v:1 2":{}})").empty());
  CHECK_FALSE(error_of(R"({"k:[]":{}})").empty());
  CHECK(error_of(R"({"f:a":1})").find("expected an object, found number") != std::string::npos);
  CHECK_FALSE(error_of("[]").empty());
  const int deep = FieldSet::kMaxDepth + 10;
  std::string nested = "{}";
  for (int i = 0; i < deep; ++i) nested = R"({"f:a":)" + nested + "}";
  CHECK(error_of(nested.c_str()) == "managedFields nest too deep");
}

TEST_CASE("sets are united, intersected and taken from one another path by path") {
  const FieldSet a = set_of(R"({"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{"f:z":{}}})");
  const FieldSet b = set_of(R"({"f:a":{".":{},"f:x":{}},"f:c":{}})");
  CHECK(text_of(a.united(b)) == R"({"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{"f:z":{}},"f:c":{}})");
  CHECK(text_of(a.intersected(b)) == R"({"f:a":{".":{},"f:x":{}}})");
  CHECK(text_of(a.without(b)) == R"({"f:a":{"f:y":{}},"f:b":{"f:z":{}}})");
  // What lies below a path that is taken away goes, too, or stays.
  const FieldSet top = set_of(R"({"f:a":{}})");
  CHECK(text_of(a.without(top)) == R"({"f:a":{"f:x":{},"f:y":{}},"f:b":{"f:z":{}}})");
  CHECK(text_of(a.without_trees(top)) == R"({"f:b":{"f:z":{}}})");
  CHECK(a.without(a).empty());
}

TEST_CASE("a path is a member only if it was added itself") {
  FieldSet set;
  const auto spec = PathElement::field("spec");
  const auto size = PathElement::field("size");
  set.insert({spec, size});
  set.insert({});
  CHECK(set.contains({spec, size}));
  CHECK_FALSE(set.contains({spec}));
  CHECK_FALSE(set.contains({}));
  REQUIRE(set.find_field("spec") != nullptr);
  CHECK_FALSE(set.find_field("spec")->member);
  CHECK(set.find_field("spe") == nullptr);
  CHECK(set.find_field("specs") == nullptr);
  set.insert({spec});
  CHECK(text_of(set) == R"({"f:spec":{".":{},"f:size":{}}})");
}
