#include "annex/http/media_type.h"

#include <catch2/catch.hpp>

namespace http = annex::http;

namespace {

std::vector<std::string> essences(std::string_view accept) {
  std::vector<std::string> out;
  for (const auto& clause : http::parse_accept(accept)) out.push_back(clause.essence());
  return out;
}

}  // namespace

TEST_CASE("accept clauses are tried by weight, then by how concrete they are, then in order") {
  CHECK(essences("*/*, text/*, text/html;q=0.5, application/json, application/yaml") ==
        std::vector<std::string>{"application/json", "application/yaml", "text/*", "*/*",
                                 "text/html"});
  CHECK(essences("nonsense, *, a/b;q=x") == std::vector<std::string>{"*/*", "a/b"});
  CHECK(http::parse_accept("a/b;q=x").at(0).q == 0);
}

TEST_CASE("parameters keep their values") {
  const auto clauses =
      http::parse_accept("application/json; as=Table ;g=meta.k8s.io;v=\"v1\";q=0.4");
  REQUIRE(clauses.size() == 1);
  CHECK(clauses[0].param("as") == "Table");
  CHECK(clauses[0].param("g") == "meta.k8s.io");
  CHECK(clauses[0].param("v") == "\"v1\"");
  CHECK(clauses[0].q == Approx(0.4));
  CHECK_FALSE(clauses[0].param("q"));
}

TEST_CASE("a content type is read without regard to case, Accept as it is") {
  const auto content = http::parse_media_type("Application/JSON; CharSet=UTF-8");
  CHECK(content->essence() == "application/json");
  CHECK(content->param("charset") == "UTF-8");
  const auto accept = http::parse_accept("application/JSON; As=Table");
  CHECK_FALSE(accept.at(0).matches("application/json"));
  CHECK_FALSE(accept.at(0).param("as"));
}

TEST_CASE("only the first accept line is read") {
  bool present = false;
  const auto clauses = http::accepted({{"Accept", "a/b"}, {"Accept", "c/d"}}, &present);
  CHECK(present);
  CHECK(clauses.size() == 1);
  CHECK(http::accepted({{"Accept", " "}}, &present).empty());
  CHECK_FALSE(present);
}

TEST_CASE("ranges match") {
  CHECK(http::parse_media_type("*")->matches("a/b"));
  CHECK(http::parse_media_type("a/*")->matches("a/b"));
  CHECK_FALSE(http::parse_media_type("a/*")->matches("b/b"));
  CHECK(http::parse_media_type("Application/JSON; charset=utf-8")->matches("application/json"));
  CHECK_FALSE(http::parse_media_type("json"));
}
