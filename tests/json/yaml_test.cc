#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace json = annex::json;

namespace {

std::string as_json(std::string_view yaml) {
  const auto document = json::read_yaml(yaml);
  return document ? json::write(document->value) : document.error().message;
}

}  // namespace

TEST_CASE("YAML scalars become the types that Kubernetes gives them") {
  CHECK(as_json("a: 1\nb: 1.5\nc: yes\nd: ~\ne: '1'\nf: 0x10\ng: 010\nh: text\ni: -3\n") ==
        R"({"a":1,"b":1.5,"c":true,"d":null,"e":"1","f":16,"g":8,"h":"text","i":-3})");
  CHECK(as_json("1: a\ntrue: b\n") == R"({"1":"a","true":"b"})");
}

TEST_CASE("YAML anchors are expanded within a bound") {
  CHECK(as_json("a: &x [1]\nb: *x\n") == R"({"a":[1],"b":[1]})");
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 9; ++k) bomb += "," + before;
    bomb += "]\n";
  }
  CHECK_THAT(as_json(bomb), Catch::Contains("excessive aliasing"));
}

TEST_CASE("YAML duplicates are reported with their line") {
  const auto document = json::read_yaml("a: 1\nb: 2\na: 3\n");
  REQUIRE(document.has_value());
  CHECK(document->duplicates == std::vector<std::string>{"line 3: key \"a\" already set in map"});
}

TEST_CASE("broken YAML is refused") {
  for (const char* text : {"a: [1", "a: b: c", "\xff\xfe", "? [a]\n: b", "a: *none"}) {
    INFO(text);
    CHECK_FALSE(json::read_yaml(text).has_value());
  }
  CHECK_FALSE(json::read_yaml(std::string(100000, '[')).has_value());
}

TEST_CASE("written YAML is sorted and reads back as it was") {
  const auto value = json::parse(
      R"({"z":"1","a":{"yes":"true","list":[1,"x: y",{}],"n":null,"multi":"a\nb","e":"","t":"10:30"}})");
  REQUIRE(value.has_value());
  const std::string text = json::write_yaml(*value);
  CHECK(text.rfind("a:", 0) == 0);
  const auto back = json::read_yaml(text);
  REQUIRE(back.has_value());
  CHECK(back->value == *value);
  CHECK(json::write_yaml(json::Value(json::Object())) == "{}\n");
}

TEST_CASE("YAML 1.1 booleans and nulls are known in all their spellings") {
  for (const char* text : {"y", "Y", "yes", "YES", "on", "On", "true", "TRUE"}) {
    CHECK(as_json(text) == "true");
  }
  for (const char* text : {"n", "N", "no", "NO", "off", "Off", "false", "FALSE"}) {
    CHECK(as_json(text) == "false");
  }
  for (const char* text : {"", "~", "null", "Null", "NULL"}) CHECK(as_json(text) == "null");
  CHECK(as_json("yEs") == R"("yEs")");
}

TEST_CASE("YAML numbers have bases, signs and underscores") {
  CHECK(as_json("[+1, -0x1F, 0b101, 0o17, 1_000, 08, .5, 1e3, -1.5E-2]") ==
        "[1,-31,5,15,1000,8,0.5,1000,-0.015]");
  CHECK(as_json("[18446744073709551615, -9223372036854775808]") ==
        "[18446744073709551615,-9223372036854775808]");
}

TEST_CASE("YAML text that only looks like a number stays text") {
  CHECK(as_json("[1-2, 1.2.3, '1', 10:30, 2026-01-02, 0x, '-', 1e, +-1]") ==
        R"(["1-2","1.2.3","1","10:30","2026-01-02","0x","-","1e","+-1"])");
}

TEST_CASE("YAML numbers that JSON lacks are refused") {
  CHECK_THAT(as_json("a: .inf"), Catch::Contains("unsupported value"));
  CHECK_THAT(as_json("a: .NaN"), Catch::Contains("unsupported value"));
}

TEST_CASE("a YAML tag may say that a scalar is text") {
  CHECK(as_json("a: !!str 1") == R"({"a":"1"})");
}

TEST_CASE("YAML blocks keep or fold their lines") {
  CHECK(as_json("a: |\n  x\n  y\nb: >-\n  x\n  y\n") == R"({"a":"x\ny\n","b":"x y"})");
}

TEST_CASE("YAML merge keys add members that the map does not have itself") {
  CHECK(as_json("base: &b {x: 1, z: 2}\nmine:\n  <<: *b\n  z: 3\n") ==
        R"({"base":{"x":1,"z":2},"mine":{"z":3,"x":1}})");
  CHECK(as_json("<<: [{a: 1}, {a: 2, b: 3}]\n") == R"({"a":1,"b":3})");
  CHECK(as_json("'<<': 1\n") == R"({"\u003c\u003c":1})");
  CHECK_THAT(as_json("<<: 1\n"), Catch::Contains("map merge requires"));
}

TEST_CASE("only the first of several YAML documents is read") {
  CHECK(as_json("---\na: 1\n---\nb: 2\n") == R"({"a":1})");
}

TEST_CASE("an anchor that contains itself is refused") {
  CHECK_FALSE(json::read_yaml("a: &x [*x]").has_value());
}

TEST_CASE("nested anchors cost no more than aliases may add") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "&a" + std::to_string(i) + " [";
  for (int i = 0; i < 50000; ++i) text += "1,";
  text += "1" + std::string(400, ']');
  CHECK(json::read_yaml(text).has_value());
  CHECK_THAT(as_json("x: " + text + "\ny: *a0\n"), Catch::Contains("excessive aliasing"));
}

TEST_CASE("YAML's depth is bounded in every style") {
  std::string blocks;
  for (int i = 0; i < 2000; ++i) blocks += "- ";
  CHECK_FALSE(json::read_yaml(blocks).has_value());
  std::string keys;
  for (int i = 0; i < 2000; ++i) keys += "? ";
  CHECK_FALSE(json::read_yaml(keys).has_value());
  std::string maps;
  for (std::size_t i = 0; i < 1000; ++i) maps += std::string(i, ' ') + "a:\n";
  CHECK_FALSE(json::read_yaml(maps).has_value());
  CHECK_FALSE(json::read_yaml("a: " + std::string(100000, '{')).has_value());
  CHECK(json::read_yaml("a: '" + std::string(1000, '[') + "'").has_value());
}

TEST_CASE("JSON in a YAML body may be as deep as other JSON") {
  const std::string text = "{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}";
  CHECK(as_json(text) == text);
}

TEST_CASE("duplicates of JSON in a YAML body are reported as YAML's") {
  const auto document = json::read_yaml("{\"a\":1,\n\"a\":2}");
  REQUIRE(document.has_value());
  CHECK(document->duplicates == std::vector<std::string>{"line 2: key \"a\" already set in map"});
}

TEST_CASE("YAML maps with many keys are read in less than quadratic time") {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const auto document = json::read_yaml(text + "k7: 2\n");
  REQUIRE(document.has_value());
  CHECK(document->value.as_object().size() == 50000);
  CHECK(document->duplicates.size() == 1);
}

TEST_CASE("every string reads back from YAML as it was written") {
  for (const char* text : {"",      " ",          "yes",
                           "n",     "null",       "~",
                           "1",     "1.0",        "0x1",
                           "-",     "- a",        "a: b",
                           "a #b",  "#a",         "&a",
                           "*a",    "!a",         "%a",
                           "@a",    "`a",         "\"a",
                           "'a'",   "[a",         "{a}",
                           "a\nb",  "a\n",        "\ta",
                           "a\t",   "a ",         "<<",
                           ".inf",  "2026-01-02", "gr\xc3\xbc\xc3\x9f",
                           "\x01",  "---",        "...",
                           "|",     ">",          "?",
                           "a:",    "longword",   "registry.k8s.io/pause",
                           "false2"}) {
    json::Object object;
    object.set("key", text);
    object.set(text, 1);
    const json::Value value{std::move(object)};
    const std::string yaml = json::write_yaml(value);
    INFO(yaml);
    const auto back = json::read_yaml(yaml);
    REQUIRE(back.has_value());
    CHECK(back->value == value);
  }
}

TEST_CASE("YAML is laid out as Go's writer does") {
  const auto value = json::parse(
      R"({"t":"2026-01-02T03:04:05Z","s":"# none","m":"a\nb\n","l":[{"b":[1,"n"],"a":{}},[]],"w":")" +
      std::string(90, 'w') + " x y\"}");
  REQUIRE(value.has_value());
  CHECK(json::write_yaml(*value) ==
        "l:\n- a: {}\n  b:\n  - 1\n  - \"n\"\n- []\nm: |\n  a\n  b\ns: '# none'\n"
        "t: \"2026-01-02T03:04:05Z\"\nw: " +
            std::string(90, 'w') + "\n  x y\n");
}

TEST_CASE("values too deep for YAML's block style are written as JSON") {
  const std::string text = std::string(600, '[') + std::string(600, ']');
  const auto value = json::parse(text);
  REQUIRE(value.has_value());
  CHECK(json::write_yaml(*value) == text + "\n");
}
