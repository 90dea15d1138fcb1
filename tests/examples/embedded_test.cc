// The example of a server inside a program: over its socket, twice, from different threads.
#include <annex/json/write.h>
#include <annex/kube/config.h>

#include <catch2/catch.hpp>
#include <thread>

#include "examples/05-embedded/oven_control.h"
#include "tests/folder.h"

namespace {

constexpr const char* kSettings = "/apis/oven.example.com/v1/settings";

/// Asks the API as whoever has its kubeconfig; the status, or 0 if nobody answers.
int ask(const oven::Control& control, const std::string& method, const std::string& path,
        const std::string& body, std::string& answer) {
  annex::util::RealClock clock;
  const auto config = annex::kube::load_kubeconfig(control.kubeconfig());
  REQUIRE(config);
  auto client = annex::kube::make_client(*config, {}, clock);
  REQUIRE(client);
  annex::kube::Call call;
  call.method = method;
  call.path = path;
  call.body = body;
  const auto answered = (*client)->call(call, clock.now() + std::chrono::seconds(60));
  answer = answered ? answered->body : answered.error().message;
  return answered ? answered->status : 0;
}

TEST_CASE("A program has an API when it likes, and does what is written there") {
  const annex::test::Folder folder;
  oven::Control control(folder.path("api"));
  std::uint16_t first_port = 0;
  for (int round = 1; round <= 2; ++round) {
    INFO("round " << round);
    // Started on one thread, stopped on another.
    std::thread starter([&] {
      const auto started = control.start_api();
      CHECK(started);
    });
    starter.join();
    CHECK(control.port() != 0);
    if (round == 1) first_port = control.port();
    std::string answer;
    CHECK(ask(control, "POST", kSettings,
              R"({"kind":"Setting","apiVersion":"oven.example.com/v1","metadata":{"name":"oven"},)"
              R"("spec":{"degrees":55}})",
              answer) == 201);
    // However late the lister hears of it: turns cost nothing.
    for (int turn = 0; turn < 1000000 && control.degrees() != 55; ++turn) control.turn();
    CHECK(control.degrees() == 55);
    std::string status;
    for (int turn = 0; turn < 100 && status.find(R"("status":{"degrees":55})") == std::string::npos;
         ++turn) {
      control.turn();
      CHECK(ask(control, "GET", std::string(kSettings) + "/oven", {}, status) == 200);
    }
    CHECK_THAT(status, Catch::Contains(R"("status":{"degrees":55})"));
    CHECK(ask(control, "GET", "/readyz", {}, answer) == 200);

    std::thread stopper([&] { control.stop_api(); });
    stopper.join();
    CHECK(control.port() == 0);
    CHECK(ask(control, "GET", "/readyz", {}, answer) == 0);
    // Nobody wants anything any more.
    for (int turn = 0; turn < 10; ++turn) control.turn();
    CHECK(control.degrees() == 20);
  }
  CHECK(first_port != 0);
}

TEST_CASE("Two servers live in one process without knowing of each other") {
  const annex::test::Folder folder;
  oven::Control one(folder.path("one"));
  oven::Control other(folder.path("other"));
  REQUIRE(one.start_api());
  REQUIRE(other.start_api());
  CHECK(one.port() != other.port());
  std::string answer;
  const std::string setting =
      R"({"kind":"Setting","apiVersion":"oven.example.com/v1","metadata":{"name":"oven"}})";
  CHECK(ask(one, "POST", kSettings, setting, answer) == 201);
  CHECK(ask(other, "GET", std::string(kSettings) + "/oven", {}, answer) == 404);
  one.stop_api();
  CHECK(ask(other, "POST", kSettings, setting, answer) == 201);
  other.stop_api();
}

}  // namespace
