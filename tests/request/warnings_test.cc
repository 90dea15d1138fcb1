#include <catch2/catch.hpp>

#include "annex/request/context.h"

using annex::request::Warnings;
using Values = std::vector<std::string>;

TEST_CASE("warnings are quoted, distinct and in order") {
  Warnings warnings;
  warnings.add("b \"q\" \\");
  warnings.add("a");
  warnings.add("b \"q\" \\");
  CHECK(warnings.header_values() == Values{R"(299 - "b \"q\" \\")", R"(299 - "a")"});
}

TEST_CASE("warnings that cannot be header values are dropped") {
  Warnings warnings;
  warnings.add("line\nbreak");
  warnings.add("\xff");
  warnings.add("");
  CHECK(warnings.empty());
}

TEST_CASE("warnings beyond the budget are cut, then left out") {
  Warnings warnings;
  for (int i = 0; i < 20; ++i) warnings.add(std::to_string(i) + std::string(400, 'x'));
  const Values values = warnings.header_values();
  CHECK(values.size() == 16);
  CHECK(values[0].size() == 256 + 8);
}

TEST_CASE("the budget of warnings counts code points") {
  Warnings warnings;
  std::string points;
  for (int i = 0; i < 2046; ++i) points += "\u00e9";
  warnings.add("a" + points);
  warnings.add("b" + points);
  CHECK(warnings.header_values().at(1).size() == 1 + 2 * 2046 + 8);
  warnings.add("three more");
  const Values values = warnings.header_values();
  CHECK(values.size() == 3);
  CHECK(values.at(0).size() == 1 + 2 * 255 + 8);
}
