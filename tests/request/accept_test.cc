#include "request/accept.h"

#include <catch2/catch.hpp>

using annex::http::Request;

namespace {

Request request_with(annex::http::Headers headers, const std::string& target = "/") {
  Request request;
  request.method = "GET";
  request.target = *annex::http::parse_target(target);
  request.headers = std::move(headers);
  return request;
}

bool producible(const char* accept) {
  return annex::request::check_producible(request_with({{"Accept", accept}}),
                                          {"application/json", "application/yaml"})
      .has_value();
}

}  // namespace

TEST_CASE("one clause that a route produces is enough; ranges below */* are not known") {
  for (const char* accept :
       {"", "*/*", "application/json", " application/yaml;q=0.1", "text/html, */*;q=0.8",
        "text/html,application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;q=0"}) {
    INFO(accept);
    CHECK(producible(accept));
  }
  for (const char* accept : {"text/html", "application/*", "*", ",", "application/jso", "foo",
                             "application/json/x", "APPLICATION/JSON"}) {
    INFO(accept);
    CHECK_FALSE(producible(accept));
  }
  CHECK(annex::request::check_producible(request_with({}), {"application/json"}).has_value());
  const auto refused =
      annex::request::check_producible(request_with({{"Accept", "a/b"}}), {"c/d", "e/f"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == annex::Reason::kNotAcceptable);
  CHECK(refused.error().has_details);
  CHECK(refused.error().message == "406: Not Acceptable\n\nAvailable representations: c/d, e/f");
}

TEST_CASE("the query decides on indenting before the reader's program does") {
  auto pretty = [](const char* agent, const char* target, const char* media = "a/b") {
    const auto clause = annex::http::parse_media_type(media);
    return annex::request::wants_pretty(request_with({{"User-Agent", agent}}, target), &*clause);
  };
  CHECK(pretty("curl/8", "/"));
  CHECK(pretty("Wget/1", "/"));
  CHECK(pretty("Mozilla/5.0 (X11)", "/"));
  CHECK_FALSE(pretty("kubectl/v1.33", "/"));
  CHECK_FALSE(pretty("curl/8", "/?pretty=false"));
  CHECK_FALSE(pretty("curl/8", "/?pretty=yes"));
  CHECK(pretty("kubectl/v1.33", "/?pretty=true"));
  CHECK(pretty("kubectl/v1.33", "/?pretty=0", "a/b;pretty=1"));
  CHECK_FALSE(annex::request::wants_pretty(request_with({}), nullptr));
}
