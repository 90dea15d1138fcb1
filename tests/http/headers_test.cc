#include "annex/http/headers.h"

#include <catch2/catch.hpp>

#include "annex/http/response.h"

using annex::http::Headers;

TEST_CASE("headers keep their lines apart and compare names without case") {
  Headers headers{{"Warning", "a"}, {"X", "1"}};
  headers.add("warning", "b");
  CHECK(headers.first("WARNING") == "a");
  CHECK(headers.all("Warning") == std::vector<std::string_view>{"a", "b"});
  headers.set("x", "2");
  CHECK(headers.first("X") == "2");
  CHECK(headers.size() == 3);
  CHECK(headers.remove("warning") == 2);
  CHECK_FALSE(headers.contains("Warning"));
}

TEST_CASE("a text response carries its type and its bytes") {
  const auto response = annex::http::Response::text(404, "text/plain", "gone");
  CHECK(response.status == 404);
  CHECK(response.headers.first("content-type") == "text/plain");
  CHECK(response.body_text() == "gone");
}
