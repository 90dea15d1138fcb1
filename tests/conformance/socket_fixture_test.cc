// A server in a test as clients see it: TLS, a kubeconfig, and again on another port.
#include "annex/testing/socket_fixture.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/testing/difference.h"
#include "tests/conformance/rest_server.h"

namespace {

using annex::conformance::kFlunders;
using annex::json::parse;
using annex::testing::difference;
using annex::testing::SocketFixture;

TEST_CASE("A server is asked over its socket by whoever has its kubeconfig") {
  annex::Server server("garden");
  server.group("wardle.example.com").resource(annex::conformance::make_flunders());
  std::string kubeconfig;
  for (int round = 1; round <= 2; ++round) {
    // [sockets]
    SocketFixture fixture(server);
    const auto made = fixture.send("POST", kFlunders, R"({"metadata":{"name":"rose"}})");
    CHECK(made.status == 201);
    CHECK(difference(*parse(made.body), "metadata: {name: rose}") == "");
    // [sockets]
    CHECK(fixture.port() != 0);
    CHECK(fixture.send("GET", "/readyz").body == "ok");
    CHECK(fixture.send("GET", kFlunders + "/none").status == 404);
    kubeconfig = fixture.kubeconfig();
    CHECK(std::filesystem::exists(kubeconfig));
    std::string event;
    const auto watched = fixture.client().stream(kFlunders + "?watch=true", [&](auto bytes) {
      event += bytes;
      return event.find('\n') == std::string::npos;
    });
    REQUIRE(watched);
    CHECK(annex::testing::event_difference(*parse(event), "ADDED", "metadata: {name: rose}") == "");
  }
  CHECK(!std::filesystem::exists(kubeconfig));
}

TEST_CASE("A server that does not start says why") {
  annex::Server server("nothing");
  CHECK_THROWS_WITH(SocketFixture(server), Catch::Contains("the server has no resource"));
}

}  // namespace
