#include <catch2/catch.hpp>
#include <map>

#include "annex/meta/field_selector.h"
#include "annex/meta/label_selector.h"

using annex::meta::FieldSelector;
using annex::meta::LabelSelector;

namespace {

using Labels = std::map<std::string, std::string, std::less<>>;

bool selects(std::string_view text, const Labels& labels) {
  const auto selector = LabelSelector::parse(text);
  REQUIRE(selector.has_value());
  return selector->matches([&](std::string_view key) -> std::optional<std::string_view> {
    const auto found = labels.find(key);
    return found == labels.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  });
}

std::string label_refusal(std::string_view text) {
  const auto selector = LabelSelector::parse(text);
  return selector ? "accepted" : selector.error().message;
}

std::string field_refusal(std::string_view text) {
  const auto selector = FieldSelector::parse(text);
  return selector ? "accepted" : selector.error().message;
}

}  // namespace

TEST_CASE("label selectors match as upstream's") {
  const Labels labels{{"a", "1"}, {"e", ""}, {"n", "7"}};
  for (const char* text : {"", "a", "!b", "a=1", "a==1", "a!=2", "b!=1", "a in (1,2)", "e in ()",
                           "e in (x,)", "a notin (2)", "b notin (1)", "n>6", "n<8",
                           "e=", "a in (1,2),!b", " a = 1 ,\te= ", "a=1,n"}) {
    INFO(text);
    CHECK(selects(text, labels));
  }
  for (const char* text : {"b", "!a", "a=2", "a!=1", "a in (2)", "a notin (1)", "n>7", "n<7",
                           "a=", "b>1", "e>1", "a,b"}) {
    INFO(text);
    CHECK_FALSE(selects(text, labels));
  }
}

TEST_CASE("a keyword is a key where a key is expected") {
  CHECK(selects("in in (in)", {{"in", "in"}}));
  CHECK(selects("notin", {{"notin", ""}}));
}

TEST_CASE("bad label selectors are refused in upstream's words") {
  CHECK(label_refusal("a in 1") == "unable to parse requirement: found '1' expected: '('");
  CHECK(label_refusal("a x") ==
        "unable to parse requirement: found 'x', expected: in, notin, =, ==, !=, gt, lt");
  CHECK(label_refusal("a,") == "found '', expected: identifier after ','");
  CHECK(label_refusal(",a") == "found ',', expected: !, identifier, or 'end of string'");
  CHECK(label_refusal("a=1 b") == "found 'b', expected: ',' or 'end of string'");
  CHECK_THAT(
      label_refusal("-k"),
      Catch::StartsWith("unable to parse requirement: <nil>: Invalid value: \"-k\": name part"));
  CHECK_THAT(label_refusal("k=-v"),
             Catch::StartsWith("unable to parse requirement: values[0][k]: Invalid value: \"-v\""));
  for (const char* text : {"!", "a in (1", "a in (1 2)", "a>x", "a=(", "!a=1", "a in (=)"}) {
    INFO(text);
    CHECK(label_refusal(text) != "accepted");
  }
}

TEST_CASE("field selectors match, escape and require") {
  auto selects_fields = [](std::string_view text) {
    const auto selector = FieldSelector::parse(text);
    REQUIRE(selector.has_value());
    return selector->matches([](std::string_view path) -> std::string_view {
      return path == "metadata.name" ? "x" : path == "spec.y" ? "a,b=c" : "";
    });
  };
  for (const char* text :
       {"", "metadata.name=x", "metadata.name==x,,spec.z!=1", "spec.y=a\\,b\\=c", "spec.z="}) {
    INFO(text);
    CHECK(selects_fields(text));
  }
  CHECK_FALSE(selects_fields("metadata.name!=x"));
  CHECK(FieldSelector::parse("metadata.name=x")->required("metadata.name") == "x");
  CHECK_FALSE(FieldSelector::parse("metadata.name!=x")->required("metadata.name").has_value());
}

TEST_CASE("bad field selectors are refused in upstream's words") {
  CHECK(field_refusal("a=1,nope") == "invalid selector: 'a=1,nope'; can't understand 'nope'");
  CHECK(field_refusal("a=b=c") == "invalid field selector: unescaped character in value: 61");
  CHECK(field_refusal("a=\\x") == "invalid field selector: invalid escape sequence: \\x");
}
