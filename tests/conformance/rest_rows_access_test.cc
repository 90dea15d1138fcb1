// The rows about what stands before the handlers.
#include <catch2/catch.hpp>

#include "annex/testing/fixture.h"
#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;

namespace {

struct Wardle {
  Wardle() { server.group("wardle.example.com").resource(make_flunders()); }

  Server server{"wardle"};
};

}  // namespace

TEST_CASE("row 38: an unknown group") {
  Wardle wardle;
  testing::Fixture fixture(wardle.server);
  const testing::Reply answer = fixture.get("/apis/none.example.com/v1/things");
  CHECK(answer.status() == 404);
  const json::Value body = answer.json();
  CHECK(body.find("kind") == nullptr);
  REQUIRE(body.find("paths") != nullptr);
  CHECK(body.find("paths")->is_array());
}

TEST_CASE("row 104: a list without permission") {
  Wardle wardle;
  testing::Fixture fixture(wardle.server);
  request::UserInfo user;
  user.name = "u";
  user.groups = {"system:authenticated"};
  fixture.act_as(user);
  const testing::Reply answer = fixture.get(kFlunders);
  CHECK(answer.status() == 403);
  CHECK(answer.header("X-Content-Type-Options") == "nosniff");
  const json::Value status = answer.json();
  CHECK(status.at_string({"reason"}) == "Forbidden");
  CHECK(status.at_string({"message"}) ==
        "flunders.wardle.example.com is forbidden: User \"u\" cannot list resource \"flunders\" in "
        "API group \"wardle.example.com\" in the namespace \"default\"");
  CHECK(status.at_string({"details", "group"}) == "wardle.example.com");
  CHECK(status.at_string({"details", "kind"}) == "flunders");
  fixture.act_as(std::nullopt);
  CHECK(fixture.get(kFlunders).status() == 403);
  CHECK(fixture.get("/apis/none.example.com/v1/things").status() == 403);
}

TEST_CASE("row 106: an unreadable timeout") {
  Wardle wardle;
  testing::Fixture fixture(wardle.server);
  for (const std::string& path : {kFlunders, std::string("/version")}) {
    const testing::Reply answer = fixture.get(path + "?timeout=abc");
    CHECK(answer.status() == 400);
    CHECK(answer.json().at_string({"message"}) ==
          "invalid timeout specified in the request URL - time: invalid duration \"abc\"");
  }
  CHECK(fixture.get(kFlunders + "?timeout=5").status() == 400);
  CHECK(fixture.get(kFlunders + "?timeout=5s").status() == 200);
  CHECK(fixture.get(kFlunders + "?timeout=-5s").status() == 200);
}
