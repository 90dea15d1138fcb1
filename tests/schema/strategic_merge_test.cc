// After the behaviours that apimachinery's strategicpatch tests.
#include "annex/schema/strategic_merge.h"

#include <catch2/catch.hpp>
#include <map>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/describe.h"
#include "annex/util/random.h"

using namespace annex;

namespace {

struct Port {
  std::string name{};
  std::int32_t number = 0;
  std::vector<std::string> tags{};
  friend void describe(schema::Object<Port>& port) {
    port.field<&Port::name>("name", "").defaulted();
    port.field<&Port::number>("number", "").defaulted();
    port.field<&Port::tags>("tags", "").list_set();
  }
};

struct Oven {
  std::string color{};
  std::vector<std::string> tags{};
  std::vector<std::string> words{};
  std::vector<Port> ports{};
  std::vector<Port> pairs{};
  std::vector<Port> plain{};
  std::map<std::string, std::string> options{};
  std::map<std::string, Port> parts{};
  Port main{};
  json::Value free{};
  friend void describe(schema::Object<Oven>& oven) {
    oven.model_name("com.example.Oven");
    oven.field<&Oven::color>("color", "");
    oven.field<&Oven::tags>("tags", "").list_set();
    oven.field<&Oven::words>("words", "");
    oven.field<&Oven::ports>("ports", "").list_map("name");
    oven.field<&Oven::pairs>("pairs", "").list_map("name", "number");
    oven.field<&Oven::plain>("plain", "");
    oven.field<&Oven::options>("options", "");
    oven.field<&Oven::parts>("parts", "");
    oven.field<&Oven::main>("main", "");
    oven.field<&Oven::free>("free", "");
  }
};

struct Table {
  schema::TypeTable types{};
  schema::TypeId oven = schema::describe_type<Oven>(types, "com.example.Oven");
};

const Table& table() {
  static const Table made;
  return made;
}

json::Value value_of(std::string_view text) {
  auto value = json::parse(text);
  REQUIRE(value.has_value());
  return *value;
}

/// The merged text, or the status code and the message.
std::string merged(std::string_view target, std::string_view patch) {
  auto result =
      schema::strategic_merge(table().types, table().oven, value_of(target), value_of(patch));
  if (result) return json::write(*result);
  return std::to_string(util::http_status(result.error().reason)) + " " + result.error().message;
}

}  // namespace

TEST_CASE("members are merged, and nulls delete") {
  CHECK(merged(R"({"color":"red"})", R"({"main":{"name":"a"}})") ==
        R"({"color":"red","main":{"name":"a"}})");
  CHECK(merged(R"({"color":"red","main":{"name":"a","number":1}})", R"({"main":{"number":2}})") ==
        R"({"color":"red","main":{"name":"a","number":2}})");
  CHECK(merged(R"({"color":"red","main":{"name":"a"}})", R"({"color":null,"none":null})") ==
        R"({"main":{"name":"a"}})");
  CHECK(merged(R"({"color":"red"})", R"({"main":{"name":null,"number":3}})") ==
        R"({"color":"red","main":{"number":3}})");
  CHECK(merged(R"({"options":{"a":"1","b":"2"}})", R"({"options":{"a":null,"c":"3"}})") ==
        R"({"options":{"b":"2","c":"3"}})");
  CHECK(merged("{}", "{}") == "{}");
}

TEST_CASE("objects are replaced and deleted by directive") {
  const char* target = R"({"color":"red","main":{"name":"a","number":1}})";
  CHECK(merged(target, R"({"main":{"$patch":"replace","number":2}})") ==
        R"({"color":"red","main":{"number":2}})");
  CHECK(merged(target, R"({"main":{"$patch":"delete"}})") == R"({"color":"red","main":{}})");
  CHECK(merged(target, R"({"$patch":"replace","color":"blue"})") == R"({"color":"blue"})");
  CHECK(merged(target, R"({"$patch":"delete"})") == "{}");
  CHECK(merged("{}", R"({"main":{"$patch":"delete"}})") == "{}");
  CHECK(merged(R"({"options":{"a":"1"}})", R"({"options":{"$patch":"replace","b":"2"}})") ==
        R"({"options":{"b":"2"}})");
  CHECK(merged(target, R"({"main":{"$patch":"odd","number":2}})") ==
        "500 unknown patch type: odd in map: map[$patch:odd number:2]");
}

TEST_CASE("lists that say nothing are replaced") {
  CHECK(merged(R"({"words":["a","b"]})", R"({"words":["c"]})") == R"({"words":["c"]})");
  CHECK(merged(R"({"plain":[{"name":"a"}]})", R"({"plain":[{"name":"b"}]})") ==
        R"({"plain":[{"name":"b"}]})");
  // Several keys: a patch could name but one of them.
  CHECK(merged(R"({"pairs":[{"name":"a","number":1},{"name":"a","number":2}]})",
               R"({"pairs":[{"name":"a","number":3}]})") ==
        R"({"pairs":[{"name":"a","number":3}]})");
}

TEST_CASE("sets are merged by value, and emptied by directive") {
  const char* target = R"({"tags":["a","b","c"]})";
  CHECK(merged(target, R"({"tags":["d"]})") == R"({"tags":["d","a","b","c"]})");
  CHECK(merged(target, R"({"tags":["c","a"]})") == R"({"tags":["b","c","a"]})");
  CHECK(merged(target, R"({"tags":[]})") == target);
  CHECK(merged(target, R"({"tags":null})") == "{}");
  CHECK(merged(target, R"({"$deleteFromPrimitiveList/tags":["b","none"]})") ==
        R"({"tags":["a","c"]})");
  CHECK(merged(target, R"({"$deleteFromPrimitiveList/tags":["a","b","c"]})") == R"({"tags":[]})");
  CHECK(merged("{}", R"({"$deleteFromPrimitiveList/tags":["a"]})") == "{}");
  CHECK(merged(target, R"({"$deleteFromPrimitiveList":["a"]})") ==
        "400 invalid patch format of primitive list");
  CHECK(merged(target, R"({"tags":["d",1]})") ==
        "500 list element types are not identical: [[a b c] [d 1]]");
  CHECK(merged(R"({"words":["a","b"]})", R"({"$deleteFromPrimitiveList/words":["a"]})") ==
        R"({"words":["b"]})");
}

TEST_CASE("maps in lists are merged by their key") {
  const char* target = R"({"ports":[{"name":"a","number":1},{"name":"b","number":2}]})";
  CHECK(merged(target, R"({"ports":[{"name":"b","number":3}]})") ==
        R"({"ports":[{"name":"a","number":1},{"name":"b","number":3}]})");
  // What is new comes first, as there.
  CHECK(merged(target, R"({"ports":[{"name":"c"}]})") ==
        R"({"ports":[{"name":"c"},{"name":"a","number":1},{"name":"b","number":2}]})");
  CHECK(merged(target, R"({"ports":[{"name":"b","number":null},{"name":"a"}]})") ==
        R"({"ports":[{"name":"b"},{"name":"a","number":1}]})");
  CHECK(merged(target, R"({"ports":[{"$patch":"delete","name":"a"}]})") ==
        R"({"ports":[{"name":"b","number":2}]})");
  CHECK(merged(target, R"({"ports":[{"$patch":"replace"},{"name":"z"}]})") ==
        R"({"ports":[{"name":"z"}]})");
  CHECK(merged(target, R"({"ports":[{"$patch":"replace"}]})") == R"({"ports":[]})");
  CHECK(merged(target, R"({"ports":[{"name":"a","tags":["x"]}]})") ==
        R"({"ports":[{"name":"a","number":1,"tags":["x"]},{"name":"b","number":2}]})");
  CHECK(merged(R"({"ports":[{"name":"a","tags":["x"]}]})",
               R"({"ports":[{"name":"a","tags":["y"]}]})") ==
        R"({"ports":[{"name":"a","tags":["y","x"]}]})");
}

TEST_CASE("items that cannot be told apart are refused") {
  const char* target = R"({"ports":[{"name":"a"}]})";
  CHECK(merged(target, R"({"ports":[{"number":1}]})") ==
        "500 map: map[number:1] does not contain declared merge key: name");
  CHECK(merged(target, R"({"ports":[{"$patch":"delete"}]})") ==
        "500 map: map[$patch:delete] does not contain declared merge key: name");
  CHECK(merged(target, R"({"ports":[{"$patch":"merge","name":"a"}]})") ==
        "500 merging lists cannot yet be specified in the patch");
  CHECK(merged(target, R"({"ports":[{"$patch":"odd","name":"a"}]})") ==
        "500 unknown patch type: odd in map: map[$patch:odd name:a]");
  CHECK(merged(target, R"({"ports":["a"]})") ==
        "500 list element types are not identical: [[map[name:a]] [a]]");
  CHECK(merged(target, R"({"ports":[[1]]})") ==
        "500 list element types are not identical: [[map[name:a]] [[1]]]");
  CHECK(merged(R"({"tags":[]})", R"({"tags":[[1]]})") == "422 lists of lists are not supported");
}

TEST_CASE("$setElementOrder orders what the patch knows, and keeps the rest where it was") {
  const char* tags = R"({"tags":["a","b","c","d"]})";
  CHECK(merged(tags, R"({"$setElementOrder/tags":["d","a"]})") == R"({"tags":["b","c","d","a"]})");
  CHECK(merged(tags, R"({"$setElementOrder/tags":["d","x","a"],"tags":["x"]})") ==
        R"({"tags":["b","c","d","x","a"]})");
  CHECK(merged("{}", R"({"$setElementOrder/tags":["b","a"],"tags":["a"]})") == R"({"tags":["a"]})");
  CHECK(merged("{}", R"({"$setElementOrder/tags":["b","a"]})") == "{}");
  const char* ports = R"({"ports":[{"name":"a"},{"name":"b"},{"name":"c"}]})";
  CHECK(merged(ports, R"({"$setElementOrder/ports":[{"name":"c"},{"name":"a"}]})") ==
        R"({"ports":[{"name":"b"},{"name":"c"},{"name":"a"}]})");
  CHECK(merged(ports, R"({"$setElementOrder/ports":[{"name":"c"},{"name":"x"},{"name":"a"}],)"
                      R"("ports":[{"name":"x","number":7},{"name":"b","$patch":"delete"}]})") ==
        R"({"ports":[{"name":"c"},{"name":"x","number":7},{"name":"a"}]})");
  CHECK(merged(tags, R"({"$setElementOrder/tags":["a"],"tags":["x"]})") ==
        "500 The order in patch list:\n[x]\n doesn't match $setElementOrder list:\n[a]\n");
  CHECK(merged(tags, R"({"$setElementOrder/tags":"a"})") ==
        "500 expected a []interface {}, but received a string");
  CHECK(merged(tags, R"({"$setElementOrder":["a"]})") ==
        "400 invalid patch format of setElementOrder list");
  CHECK(merged(ports, R"({"$setElementOrder/ports":[{"number":1}]})") ==
        "500 map: map[number:1] does not contain declared merge key: name");
  CHECK(merged(ports, R"({"$setElementOrder/none":["a"]})") ==
        "500 unable to find api field in struct Oven for the json field \"none\"");
}

TEST_CASE("$retainKeys drops what it does not name") {
  const char* target = R"({"color":"red","main":{"name":"a","number":1}})";
  CHECK(merged(target, R"({"main":{"$retainKeys":["number"],"number":2}})") ==
        R"({"color":"red","main":{"number":2}})");
  CHECK(merged(target, R"({"main":{"$retainKeys":["name"]}})") ==
        R"({"color":"red","main":{"name":"a"}})");
  CHECK(merged(target, R"({"main":{"$retainKeys":["name"],"number":2}})") ==
        "400 invalid patch format of retainKeys");
  CHECK(merged(target, R"({"main":{"$retainKeys":"name"}})") ==
        "400 invalid patch format of retainKeys");
  CHECK(merged(target, R"({"main":{"$retainKeys":["name"],"number":null}})") ==
        R"({"color":"red","main":{"name":"a"}})");
}

TEST_CASE("what has no schema below it is replaced, one level down, as there") {
  CHECK(merged(R"({"free":{"a":1,"b":2}})", R"({"free":{"a":3}})") == R"({"free":{"a":3,"b":2}})");
  CHECK(merged(R"({"free":[1]})", R"({"free":[2]})") == R"({"free":[2]})");
  CHECK(merged(R"({"parts":{"x":{"number":1}}})", R"({"parts":{"y":{"number":2}}})") ==
        R"({"parts":{"x":{"number":1},"y":{"number":2}}})");
  CHECK(merged(R"({"parts":{"x":{"number":1}}})", R"({"parts":{"x":{"number":2}}})") ==
        "500 merging an object in json but data type is not struct, instead is: map");
}

TEST_CASE("nothing that a patch says overflows or takes quadratic time") {
  std::string deep = "1";
  for (int i = 0; i < 5000; ++i) deep = R"({"a":)" + deep + "}";
  CHECK(merged("{}", R"({"free":)" + deep + "}").substr(0, 8) == R"({"free":)");
  std::string items;
  for (int i = 0; i < 60000; ++i) items += (i == 0 ? "\"" : ",\"") + std::to_string(i) + '"';
  const std::string list = "[" + items + "]";
  CHECK(merged(R"({"tags":)" + list + "}", R"({"tags":)" + list + "}") ==
        R"({"tags":)" + list + "}");
}

TEST_CASE("a set holds the union, in any order, of what it held and what a patch brings") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(take(20, random(0, 1 << 30))));
  INFO("seed " << seed);
  util::SeededRandom random(seed);
  const auto list = [&] {
    std::vector<std::string> names;
    for (int i = 0; i < 8; ++i) {
      const std::string name(1, static_cast<char>('a' + random.below(10)));
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  };
  const auto live = list();
  const auto patch = list();
  const auto as_json = [](const std::vector<std::string>& names) {
    return json::Value(json::Object{{"tags", json::Array(names.begin(), names.end())}});
  };
  const auto result =
      schema::strategic_merge(table().types, table().oven, as_json(live), as_json(patch));
  REQUIRE(result.has_value());
  std::vector<std::string> got;
  for (const json::Value& item : result->find("tags")->as_array()) got.push_back(item.as_string());
  // The patch's items are in its order, the others in theirs.
  const auto only = [&](const std::vector<std::string>& names, bool of_patch) {
    std::vector<std::string> kept;
    for (const std::string& name : names) {
      const bool known = std::find(patch.begin(), patch.end(), name) != patch.end();
      if (known == of_patch) kept.push_back(name);
    }
    return kept;
  };
  CHECK(only(got, true) == patch);
  CHECK(only(got, false) == only(live, false));
}
