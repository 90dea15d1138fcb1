#include "annex/json/write.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"

namespace json = annex::json;

TEST_CASE("write escapes as Go's encoder does") {
  CHECK(json::write(json::Value("<a> & \"b\"\\\n\x01\xe2\x80\xa8")) ==
        R"("\u003ca\u003e \u0026 \"b\"\\\n\u0001\u2028")");
  CHECK(json::write(json::Value("gr\xc3\xbc\xc3\x9f")) == "\"gr\xc3\xbc\xc3\x9f\"");
}

TEST_CASE("what is escaped is escaped wherever it stands") {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text(1, static_cast<char>(c));
    std::string alone;
    json::write_string_to(text, alone);
    for (std::size_t before = 0; before < 20; ++before) {
      for (const std::size_t after : {0U, 1U, 7U, 8U, 9U, 17U}) {
        std::string written;
        json::write_string_to(std::string(before, '~') + text + std::string(after, '!'), written);
        CHECK(written == '"' + std::string(before, '~') + alone.substr(1, alone.size() - 2) +
                             std::string(after, '!') + '"');
      }
    }
  }
}

TEST_CASE("write prints numbers in the shortest form, with exponents where Go has them") {
  const std::pair<double, const char*> cases[] = {
      {0.1, "0.1"},         {1.0, "1"},         {1e20, "100000000000000000000"},
      {1e21, "1e+21"},      {1e-6, "0.000001"}, {1e-7, "1e-7"},
      {1.5e-10, "1.5e-10"}, {-0.5, "-0.5"},     {1e300, "1e+300"}};
  for (const auto& [number, text] : cases) CHECK(json::write(json::Value(number)) == text);
  CHECK(json::write(json::Value(std::uint64_t{18446744073709551615ULL})) == "18446744073709551615");
}

TEST_CASE("large numbers have zeros where no digit is needed") {
  CHECK(json::write(json::Value(48020829130240016.0)) == "48020829130240020");
  CHECK(json::write(json::Value(-79883255056407019520.0)) == "-79883255056407020000");
  CHECK(json::write(json::Value(9007199254740992.0)) == "9007199254740992");
  CHECK(json::write(json::Value(100000000000000000000.0)) == "100000000000000000000");
}

TEST_CASE("pretty text is indented by two spaces and keeps empty containers closed") {
  const auto value = json::parse(R"({"a":[1,{"b":[]}],"c":{}})");
  REQUIRE(value.has_value());
  CHECK(json::write_pretty(*value) ==
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
}

TEST_CASE("quoted is Go's %q") { CHECK(json::quoted("a\"b\\c\n\x01") == R"("a\"b\\c\n\x01")"); }

TEST_CASE("bytes that are no UTF-8 are written as U+FFFD, one for each") {
  CHECK(json::write(json::Value("a\xff\xc3z")) == R"("a\ufffd\ufffdz")");
  CHECK(json::write(json::Value("\xed\xa0\x80")) == R"("\ufffd\ufffd\ufffd")");
  CHECK(json::write(json::Value("\xe2\x80")) == R"("\ufffd\ufffd")");
  CHECK(json::write(json::Value("\xf0\x9f\x98\x80\xe2\x80\xa9")) == "\"\xf0\x9f\x98\x80\\u2029\"");
}

TEST_CASE("member names are escaped as other strings") {
  json::Object object;
  object.set("<\"", 1);
  CHECK(json::write(json::Value(object)) == R"({"\u003c\"":1})");
}

TEST_CASE("the indentation of deep values is bounded") {
  constexpr std::size_t kDepth = 10000;
  const auto value = json::parse(std::string(kDepth, '[') + std::string(kDepth, ']'));
  REQUIRE(value.has_value());
  const std::string pretty = json::write_pretty(*value);
  CHECK(pretty.size() < kDepth * 2 * 203);
  const auto back = json::parse(pretty);
  REQUIRE(back.has_value());
  CHECK(*back == *value);
}

TEST_CASE("text is appended to what is there") {
  std::string out = "data: ";
  json::write_to(json::Value(json::Array{1, true, nullptr}), out);
  CHECK(out == "data: [1,true,null]");
}
