#include "annex/json/read.h"

#include <catch2/catch.hpp>

#include "annex/json/write.h"

using annex::json::Array;
using annex::json::Object;
using annex::json::Value;

namespace {

std::string refusal(std::string_view text) {
  const auto document = annex::json::read(text);
  REQUIRE_FALSE(document.has_value());
  CHECK(document.error().reason == annex::Reason::kBadRequest);
  return document.error().message;
}

Value value_of(std::string_view text) {
  auto document = annex::json::read(text);
  REQUIRE(document.has_value());
  return document->value;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("read tells integers and floating-point numbers apart") {
  CHECK(value_of("1").is_int64());
  CHECK(value_of("1.0").is_double());
  CHECK(value_of("1e3").is_double());
  CHECK(value_of("9223372036854775807").as_int64() == INT64_MAX);
  CHECK(value_of("9223372036854775808").as_uint64() == 9223372036854775808ULL);
  CHECK(value_of("-9223372036854775808").as_int64() == INT64_MIN);
  CHECK(value_of("18446744073709551616").is_double());
}

TEST_CASE("read refuses what is not one JSON value") {
  for (const char* text : {"", " ", "{\"kind\":", "[1,]", "01", "nul", "{a:1}", "1 2", "\"\n\"",
                           "{\"a\" 1}", "[1 2]", "\"\\x\"", "1e999", "+1", "'a'"}) {
    INFO(text);
    CHECK_FALSE(refusal(text).empty());
  }
}

TEST_CASE("read takes a NUL for the end of nothing") {
  const std::string nul(1, '\0');
  for (const std::string& text : {"{}" + nul + "x", "{}" + nul, nul + "{}", "1" + nul + "2",
                                  "[1" + nul + "]", "{" + nul + "}", "\"a" + nul + "\""}) {
    INFO(text);
    CHECK_FALSE(refusal(text).empty());
  }
  CHECK(refusal("{} " + nul) ==
        "invalid JSON at byte 3: The document root must not be followed by other values.");
}

TEST_CASE("read refuses invalid UTF-8 in strings and names") {
  refusal("\"\xff\xfe\"");
  refusal("{\"\xc0\xaf\":1}");
  refusal("\"\xed\xa0\x80\"");
}

TEST_CASE("the first error is told, whether it is of bytes or of the grammar") {
  CHECK(refusal("[\"\xff\", nul]") == "invalid JSON at byte 2: Invalid encoding in string.");
  CHECK(refusal("[nul, \"\xff\"]") == "invalid JSON at byte 4: Invalid value.");
  CHECK(refusal("[1 \xff]") ==
        "invalid JSON at byte 3: Missing a comma or ']' after an array element.");
  CHECK(refusal("\xef\xbb\xbf[\"\xc3(\"]") ==
        "invalid JSON at byte 5: Invalid encoding in string.");
}

TEST_CASE("long strings are read as short ones are, wherever they end") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'a');
    CHECK(value_of('"' + text + '"').as_string() == text);
    CHECK(value_of("[\"" + text + "\\n\u00e9" + text + "\"]").as_array().front() ==
          Value(text + "\n\u00e9" + text));
    CHECK_FALSE(annex::json::read('"' + text));
    CHECK_FALSE(annex::json::read('"' + text + "\x01\""));
  }
}

TEST_CASE("read reports duplicate members with their paths and keeps the last") {
  const auto document =
      annex::json::read(R"({"a":1,"spec":{"items":[{"x":1},{"x":2,"x":3,"x":4}]},"a":5})");
  REQUIRE(document.has_value());
  CHECK(document->duplicates == std::vector<std::string>{"spec.items[1].x", "a"});
  CHECK(document->value.find("a")->as_int64() == 5);
}

TEST_CASE("read finds a duplicate among many members") {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  text += "\"k3\":2}";
  const auto document = annex::json::read(text);
  REQUIRE(document.has_value());
  CHECK(document->duplicates == std::vector<std::string>{"k3"});
  CHECK(document->value.as_object().size() == 100);
}

TEST_CASE("10,000 levels are read, copied, compared, written and destroyed; more are refused") {
  const std::string text = nested(10000);
  const Value value = value_of(text);
  const Value copy = value;
  CHECK(copy == value);
  CHECK(annex::json::write(copy) == text);
  CHECK_THAT(refusal(nested(10001)), Catch::Contains("exceeded max depth"));
  refusal(nested(100000));
  refusal(std::string(100000, '['));
}

TEST_CASE("values compare by number and without regard to the order of members") {
  CHECK(value_of("1") == value_of("1.0"));
  CHECK(value_of(R"({"a":1,"b":[true,null]})") == value_of(R"({"b":[true,null],"a":1})"));
  CHECK_FALSE(value_of("[1]") == value_of("[1,2]"));
  CHECK_FALSE(value_of("\"1\"") == value_of("1"));
  CHECK_FALSE(value_of("-1") == value_of("18446744073709551615"));
}

TEST_CASE("duplicates in large objects are found without comparing all names") {
  std::string text = "{";
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100000; ++i) text += "\"k" + std::to_string(i) + "\":" + "1,";
  }
  text.back() = '}';
  const auto document = annex::json::read(text);
  REQUIRE(document.has_value());
  CHECK(document->value.as_object().size() == 100000);
  CHECK(document->duplicates.size() == 100);
}

TEST_CASE("no more duplicates are reported than asked for") {
  annex::json::ReadOptions options;
  options.max_duplicates = 2;
  const auto document = annex::json::read(R"({"a":1,"a":2,"b":1,"b":2,"c":1,"c":2})", options);
  REQUIRE(document.has_value());
  CHECK(document->duplicates == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the depth that is read can be bounded") {
  annex::json::ReadOptions options;
  options.max_depth = 2;
  CHECK(annex::json::read(R"({"a":[1]})", options).has_value());
  CHECK_FALSE(annex::json::read(R"({"a":[[]]})", options).has_value());
}

TEST_CASE("10,000 levels of objects cost no stack either") {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "{\"a\":";
  text += "null" + std::string(10000, '}');
  const Value value = value_of(text);
  Value copy = value;
  CHECK(copy == value);
  CHECK(annex::json::write(copy) == text);
  copy = *copy.find("a");
  CHECK_FALSE(copy == value);
}

TEST_CASE("escapes are decoded, surrogate pairs joined, lone surrogates refused") {
  CHECK(value_of(R"("\u00e4\n\/\ud83d\ude00")").as_string() == "\xc3\xa4\n/\xf0\x9f\x98\x80");
  CHECK(value_of(R"("a\u0000b")").as_string() == std::string("a\0b", 3));
  refusal(R"("\ud83d")");
}

TEST_CASE("doubles are read to the last bit") {
  CHECK(value_of("0.1").as_double() == 0.1);
  CHECK(value_of("1.7976931348623157e308").as_double() == 1.7976931348623157e308);
  CHECK(value_of("5e-324").as_double() == 5e-324);
  CHECK(value_of("123456789012345678.9").as_double() == 123456789012345678.9);
}

TEST_CASE("numbers beyond a double's range are refused, those too small are zero") {
  for (const char* text : {"2e308", "7e308", "-68948764164593e308", "[1e309]", "[2e308e-9]"}) {
    CHECK_FALSE(annex::json::read(text));
  }
  CHECK(annex::json::read("[1.7976931348623157e308, 1e-400,-2E-999 ]")->value ==
        annex::json::Value(annex::json::Array{1.7976931348623157e308, 0.0, 0.0}));
}

TEST_CASE("an object keeps the order of its members") {
  Object object{{"b", 1}, {"a", 2}};
  object.set("c", 3);
  object.set("b", 4);
  CHECK(annex::json::write(Value(object)) == R"({"b":4,"a":2,"c":3})");
  CHECK(object.erase("a"));
  CHECK_FALSE(object.erase("a"));
  CHECK(annex::json::write(Value(object)) == R"({"b":4,"c":3})");
}

TEST_CASE("a value can be replaced by a part of itself") {
  Value value = value_of(R"({"a":{"b":[1,2]}})");
  value = std::move(*value.find("a"));
  CHECK(annex::json::write(value) == R"({"b":[1,2]})");
  value = *value.find("b");
  CHECK(annex::json::write(value) == "[1,2]");
}

TEST_CASE("strings are looked up along a chain of members") {
  const Value value = value_of(R"({"metadata":{"name":"rye","generation":1}})");
  CHECK(value.at_string({"metadata", "name"}) == "rye");
  CHECK(value.at_string({"metadata", "generation"}).empty());
  CHECK(value.at_string({"spec", "name"}).empty());
}

TEST_CASE("large objects in different order compare in less than quadratic time") {
  Object forward;
  Object backward;
  for (int i = 0; i < 50000; ++i) {
    forward.append("k" + std::to_string(i), i);
    backward.append("k" + std::to_string(49999 - i), 49999 - i);
  }
  CHECK(Value(forward) == Value(backward));
  backward.set("k7", 8);
  CHECK_FALSE(Value(forward) == Value(backward));
}
