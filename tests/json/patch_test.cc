#include "annex/json/patch.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace json = annex::json;

namespace {

json::Value value_of(std::string_view text) {
  auto value = json::parse(text);
  REQUIRE(value.has_value());
  return *value;
}

/// The patched text, or "failed".
std::string patched(std::string_view target, std::string_view patch) {
  const auto decoded = json::JsonPatch::decode(value_of(patch));
  REQUIRE(decoded.has_value());
  const auto result = decoded->apply(value_of(target));
  return result ? json::write(*result) : "failed";
}

std::string merged(std::string_view target, std::string_view patch) {
  json::Value value = value_of(target);
  json::merge_patch(value, value_of(patch));
  return json::write(value);
}

}  // namespace

TEST_CASE("JSON patch operations") {
  CHECK(patched(R"({"a":1})", R"([{"op":"add","path":"/b","value":2}])") == R"({"a":1,"b":2})");
  CHECK(patched(R"({"a":[1,3]})", R"([{"op":"add","path":"/a/1","value":2}])") ==
        R"({"a":[1,2,3]})");
  CHECK(patched(R"({"a":[1]})", R"([{"op":"add","path":"/a/-","value":2}])") == R"({"a":[1,2]})");
  CHECK(patched(R"({"a":[1,2]})", R"([{"op":"remove","path":"/a/-1"}])") == R"({"a":[1]})");
  CHECK(patched(R"({"a":1})", R"([{"op":"replace","path":"/b","value":2}])") == R"({"a":1,"b":2})");
  CHECK(patched(R"({"a":{"x":1}})", R"([{"op":"move","from":"/a/x","path":"/b"}])") ==
        R"({"a":{},"b":1})");
  CHECK(patched(R"({"a":1})", R"([{"op":"copy","from":"/a","path":"/b"}])") == R"({"a":1,"b":1})");
  CHECK(patched(R"({"a/b":{"c~d":1}})", R"([{"op":"remove","path":"/a~1b/c~0d"}])") ==
        R"({"a/b":{}})");
  CHECK(patched(R"({"a":1})", R"([{"op":"test","path":"/b","value":null}])") == R"({"a":1})");
  CHECK(patched(R"({"a":1})", R"([{"op":"replace","path":"","value":{"z":1}}])") == R"({"z":1})");
}

TEST_CASE("JSON patch operations that fail change nothing") {
  for (const char* patch :
       {R"([{"op":"test","path":"/a","value":2}])", R"([{"op":"remove","path":"/b"}])",
        R"([{"op":"add","path":"/x/y","value":1}])", R"([{"op":"nope","path":"/a"}])",
        R"([{"op":"add","path":"a","value":1}])", R"([{"op":"replace","path":"/l/9","value":1}])",
        R"([{"op":"move","from":"/o","path":"/o/in"}])",
        R"([{"op":"copy","from":"/none/x","path":"/b"}])", R"([{"op":"remove","path":""}])",
        R"([{"op":"copy","from":"/l/9","path":"/b"}])", "[null]"}) {
    INFO(patch);
    CHECK(patched(R"({"a":1,"l":[1],"o":{}})", patch) == "failed");
  }
}

TEST_CASE("JSON patch takes what is missing for null where upstream does") {
  CHECK(patched(R"({"a":1})", R"([{"op":"add","path":"/a"}])") == R"({"a":null})");
  CHECK(patched(R"({"a":1})", R"([{"op":"copy","from":"/none","path":"/b"}])") ==
        R"({"a":1,"b":null})");
  CHECK(patched(R"({"a":1})", "null") == R"({"a":1})");
}

TEST_CASE("JSON patch copies are bounded") {
  std::string patch = R"([{"op":"add","path":"/a","value":")" + std::string(100000, 'x') + "\"}";
  for (int i = 0; i < 40; ++i) {
    patch += R"(,{"op":"copy","from":"/a","path":"/c)" + std::to_string(i) + "\"}";
  }
  CHECK(patched("{}", patch + "]") == "failed");
}

TEST_CASE("what is no JSON patch is refused") {
  CHECK(json::JsonPatch::decode(value_of("{}")).error().message ==
        "error decoding patch: json: cannot unmarshal object into Go value of type "
        "[]handlers.jsonPatchOp");
  const auto many =
      json::JsonPatch::decode(json::Value(json::Array(10001, json::Value(json::Object()))));
  CHECK(many.error().reason == annex::Reason::kRequestEntityTooLarge);
  const auto unknown = json::JsonPatch::decode(value_of(R"([{"op":"test","pth":1}])"));
  CHECK(unknown->unknown_members() == std::vector<std::string>{"unknown field \"[0].pth\""});
  CHECK_FALSE(json::JsonPatch::decode(value_of(R"([{"op":"test","path":5}])")).has_value());
}

TEST_CASE("merge patch") {
  CHECK(merged(R"({"a":{"b":1,"c":2},"l":[1]})", R"({"a":{"b":null,"d":3},"l":[2,null]})") ==
        R"({"a":{"c":2,"d":3},"l":[2,null]})");
  CHECK(merged("{}", R"({"a":{"b":null,"c":[{"d":null,"e":1}]}})") == R"({"a":{"c":[{"e":1}]}})");
  CHECK(merged(R"({"a":1})", R"({"a":{"b":1},"none":null})") == R"({"a":{"b":1}})");
}

TEST_CASE("a JSON patch that looks at too much is refused") {
  json::Object target;
  for (int i = 0; i < 10000; ++i) target.append("k" + std::to_string(i), i);
  auto result = [&](int operations) {
    std::string patch = "[";
    for (int i = 0; i < operations; ++i) patch += R"({"op":"test","path":"/k1","value":1},)";
    patch.back() = ']';
    const auto decoded = json::JsonPatch::decode(value_of(patch));
    REQUIRE(decoded.has_value());
    return decoded->apply(json::Value(target));
  };
  CHECK(result(2000).has_value());
  const auto refused = result(2001);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == annex::Reason::kInvalid);
}

TEST_CASE("JSON patch moves within one array") {
  CHECK(patched("[1,2,3]", R"([{"op":"move","from":"/0","path":"/-"}])") == "[2,3,1]");
  CHECK(patched(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":"/a"}])") ==
        R"({"a":{"b":1}})");
}

TEST_CASE("JSON patch indices may count from the end when adding") {
  CHECK(patched("[1,2]", R"([{"op":"add","path":"/-1","value":3}])") == "[1,2,3]");
  CHECK(patched("[1,2]", R"([{"op":"add","path":"/-4","value":3}])") == "failed");
}

TEST_CASE("a later JSON patch operation sees what earlier ones did") {
  CHECK(patched("{}", R"([{"op":"add","path":"/a","value":{}},{"op":"add","path":"/a/b","value":1},
                          {"op":"test","path":"","value":{"a":{"b":1}}}])") == R"({"a":{"b":1}})");
}

TEST_CASE("merge patch keeps the order of members and adds at the end") {
  CHECK(merged(R"({"c":1,"a":2,"b":3})", R"({"z":0,"a":5,"c":null})") == R"({"a":5,"b":3,"z":0})");
}

TEST_CASE("merge patch follows several members while the object grows") {
  CHECK(merged(R"({"a":{"x":1},"b":{"x":1}})", R"({"a":{"y":2},"n":{"m":null},"b":{"x":null}})") ==
        R"({"a":{"x":1,"y":2},"b":{},"n":{}})");
}

TEST_CASE("merge patch replaces what is no object") {
  CHECK(merged("[1]", R"({"a":1})") == R"({"a":1})");
  CHECK(merged(R"({"a":[{"b":1}]})", R"({"a":[{"c":null}]})") == R"({"a":[{}]})");
}

TEST_CASE("merge patch of large objects takes no quadratic time") {
  json::Object target;
  json::Object patch;
  for (int i = 0; i < 100000; ++i) {
    target.append("k" + std::to_string(i), i);
    patch.append("k" + std::to_string(i + 50000), i % 2 == 0 ? json::Value() : json::Value(i));
  }
  json::Value value(target);
  json::merge_patch(value, json::Value(patch));
  CHECK(value.as_object().size() == 100000);
}

TEST_CASE("merge patch of 10,000 levels costs no stack") {
  json::Value target;
  json::Value patch(1);
  for (int i = 0; i < 10000; ++i) {
    json::Object outer;
    outer.append("a", std::move(patch));
    patch = json::Value(std::move(outer));
  }
  json::merge_patch(target, patch);
  CHECK(target == patch);
  json::merge_patch(target, patch);
  CHECK(target == patch);
}
