// What a program adds to its server: paths of its own, health checks, tasks.
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "annex/annex.h"
#include "annex/testing/fixture.h"
#include "tests/conformance/rest_server.h"

namespace {

void add_flunders(annex::Server& server) {
  server.group("wardle.example.com").resource(annex::conformance::make_flunders());
}

using annex::http::Response;
using annex::request::UserInfo;

TEST_CASE("A path of one's own is answered, listed, and guarded as a path that is no resource") {
  annex::Server server("bakery");
  add_flunders(server);
  server.handle("/ovens/", [](const auto& context, const auto& request) {
    return Response::text(200, "text/plain", context.user.name + " " + request.target.path);
  });
  server.handle("/ovens/best", [](const auto&, const auto&) {
    return Response::text(202, "text/plain", "the left one");
  });
  server.handle("/broken",
                [](const auto&, const auto&) -> Response { throw std::runtime_error("no flour"); });
  annex::testing::Fixture bakery(server);

  CHECK(bakery.send("GET", "/ovens/3/heat").text() == "admin /ovens/3/heat");
  CHECK(bakery.send("POST", "/ovens/best").status() == 202);
  CHECK(bakery.send("GET", "/ovens").status() == 404);
  CHECK(bakery.send("GET", "/").text().find("\"/ovens/best\"") != std::string::npos);

  const auto broken = bakery.send("GET", "/broken");
  CHECK(broken.status() == 500);
  CHECK(broken.json().at_string({"message"}) ==
        "Internal error occurred: the handler of this path failed");

  bakery.act_as(UserInfo{"eve", "", {}, {}});
  CHECK(bakery.send("GET", "/ovens/best").status() == 403);
  bakery.act_as(std::nullopt);
  CHECK(bakery.send("GET", "/ovens/best").status() == 403);
}

TEST_CASE("A path that cannot be served is told at the start") {
  for (const auto& [path, sentence] : {
           std::pair{"ovens", R"(the path "ovens": it does not begin with a slash)"},
           std::pair{"/", R"(the path "/": it is the list of all paths)"},
           std::pair{"/apis/mine", R"(the path "/apis/mine": the server serves /apis itself)"},
           std::pair{"/twice", R"(the path "/twice": it is there twice)"},
       }) {
    annex::Server server("bakery");
    add_flunders(server);
    const auto handler = [](const auto&, const auto&) { return Response{}; };
    server.handle("/twice", handler).handle(path, handler);
    CHECK_THROWS_WITH(annex::testing::Fixture(server), sentence);
  }
}

TEST_CASE("A check fails the probes that it belongs to") {
  annex::Server server("bakery");
  add_flunders(server);
  std::atomic<bool> cold = true;
  std::atomic<bool> burnt = false;
  server.check({"oven", [&] { return std::string(cold ? "cold" : ""); }});
  server.check({"bread", [&] { return std::string(burnt ? "burnt" : ""); }, true});
  annex::testing::Fixture bakery(server);

  const auto status = [&](const char* path) { return bakery.send("GET", path).status(); };
  CHECK(status("/readyz") == 500);
  CHECK(bakery.send("GET", "/readyz/oven").text() == "internal server error: cold\n");
  CHECK(status("/livez") == 200);
  CHECK(status("/livez/oven") == 404);
  cold = false;
  CHECK(status("/readyz") == 200);
  burnt = true;
  for (const char* path : {"/readyz", "/livez", "/healthz"}) CHECK(status(path) == 500);
}

TEST_CASE("Tasks run while the server does, and one that fails harms nobody") {
  std::mutex mutex;
  std::condition_variable_any changed;
  int begun = 0;
  int ended = 0;
  annex::Server server("bakery");
  add_flunders(server);
  server.task({"bake", [&](std::stop_token stop) {
                 std::unique_lock lock(mutex);
                 ++begun;
                 changed.notify_all();
                 changed.wait(lock, stop, [] { return false; });
                 ++ended;
               }});
  server.task({"fail", [](std::stop_token) { throw std::runtime_error("no flour"); }});
  for (int round = 1; round <= 2; ++round) {
    annex::testing::Fixture bakery(server);
    {
      std::unique_lock lock(mutex);
      REQUIRE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return begun == round; }));
      CHECK(ended == round - 1);
    }
    CHECK(bakery.send("GET", "/readyz").status() == 200);
    server.stop();
    CHECK(ended == round);
  }
}

}  // namespace
