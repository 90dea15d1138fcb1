#include "annex/http/uri.h"

#include <catch2/catch.hpp>

namespace http = annex::http;

TEST_CASE("a target is split and decoded once") {
  const auto target =
      http::parse_target("/api/v1/a%2Fb+c?labelSelector=a+in+%281%2C2%29&watch&x=%zz");
  REQUIRE(target);
  CHECK(target->path == "/api/v1/a/b+c");
  CHECK(target->raw_path == "/api/v1/a%2Fb+c");
  CHECK(target->query.first("labelSelector") == "a in (1,2)");
  CHECK(target->query.first("watch") == "");
  CHECK_FALSE(target->query.contains("x"));
}

TEST_CASE("targets that two readers could understand differently are refused") {
  const std::string text = GENERATE(as<std::string>(), "", "*", "a", "http://h/", "/a b", "/a#f",
                                    "/%", "/%4", "/%g0", "/a\x7f", std::string("/a\0", 3));
  CHECK_FALSE(http::parse_target(text));
}

TEST_CASE("repeated parameters keep their order") {
  const auto query = http::Query::parse("a=1&b=2&a=3&&c;d=4");
  CHECK(query.all("a") == std::vector<std::string_view>{"1", "3"});
  CHECK(query.parameters().size() == 3);
}

TEST_CASE("percent-encoding and decoding are inverse") {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  CHECK(http::percent_decode(http::percent_encode(all)) == all);
}
