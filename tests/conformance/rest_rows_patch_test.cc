#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "annex/json/write.h"
#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;
using Catch::StartsWith;

TEST_CASE("row 66: a merge patch") {
  RestServer server;
  server.make("x");
  const Answer answer =
      server.patch(kFlunders + "/x", kMergePatch, R"({"metadata":{"labels":{"a":null,"b":"2"}}})");
  CHECK(answer.status == 200);
  CHECK(answer.at({"metadata", "labels", "a"}).empty());
  CHECK(answer.at({"metadata", "labels", "b"}) == "2");
}

TEST_CASE("row 67: a merge patch with an old revision") {
  RestServer server;
  const Answer made = server.make("x");
  server.patch(kFlunders + "/x", kMergePatch, R"({"spec":{"reference":"s"}})");
  const Answer answer = server.patch(
      kFlunders + "/x", kMergePatch,
      R"({"metadata":{"resourceVersion":")" + made.rv() + R"("},"spec":{"reference":"t"}})");
  CHECK(answer.status == 409);
  CHECK_THAT(answer.message(), Contains("the object has been modified; please apply your changes"));
}

TEST_CASE("row 68: a merge patch that is no object") {
  RestServer server;
  server.make("x");
  const Answer answer = server.patch(kFlunders + "/x", kMergePatch, "[1]");
  CHECK(answer.status == 400);
  CHECK_THAT(answer.message(), StartsWith("error decoding patch: "));
}

TEST_CASE("row 69: a JSON patch whose test fails") {
  RestServer server;
  server.make("x");
  const Answer answer = server.patch(kFlunders + "/x", kJsonPatch,
                                     R"([{"op":"test","path":"/metadata/name","value":"q"}])");
  CHECK(answer.status == 422);
  CHECK(answer.message() == "the server rejected our request due to an error in our request");
  CHECK_THAT(answer.text, Contains("\"details\":{}"));
}

TEST_CASE("row 70: a JSON patch of too many operations") {
  RestServer server;
  server.make("x");
  std::string body = "[";
  for (int i = 0; i < 10001; ++i) {
    body += i == 0 ? "" : ",";
    body += R"({"op":"test","path":"/kind","value":"Flunder"})";
  }
  const Answer answer = server.patch(kFlunders + "/x", kJsonPatch, body + "]");
  CHECK(answer.status == 413);
  CHECK_THAT(answer.message(),
             Contains("The allowed maximum operations in a JSON patch is 10000, got 10001"));
}

TEST_CASE("row 71: a patch that is no JSON") {
  RestServer server;
  server.make("x");
  const Answer answer = server.patch(kFlunders + "/x", kJsonPatch, "not json");
  CHECK(answer.status == 400);
  CHECK(answer.message() == "invalid JSON patch");
}

TEST_CASE("row 72: a patch of no patch type") {
  RestServer server;
  server.make("x");
  CHECK(server.patch(kFlunders + "/x", "application/json", "{}").status == 415);
}

TEST_CASE("row 73: a patch cannot rename") {
  RestServer server;
  server.make("x");
  const Answer answer = server.patch(kFlunders + "/x", kMergePatch, R"({"metadata":{"name":"y"}})");
  CHECK(answer.status == 400);
  CHECK(answer.message() == "the name of the object (y) does not match the name on the URL (x)");
}

TEST_CASE("row 74: an unknown member in a patch under Strict") {
  RestServer server;
  server.make("x");
  const Answer answer =
      server.patch(kFlunders + "/x?fieldValidation=Strict", kMergePatch, R"({"spec":{"foo":1}})");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(), StartsWith(" \"\" is invalid: patch: Invalid value: "));
  CHECK_THAT(answer.message(), Contains("strict decoding error: unknown field \"spec.foo\""));
  const Answer warned =
      server.patch(kFlunders + "/x", kMergePatch, R"({"spec":{"foo":1},"spec":{"foo":1}})");
  CHECK(warned.status == 200);
  CHECK(warned.headers.all("Warning").size() == 2);
}

TEST_CASE("row 75: patching what is not there") {
  RestServer server;
  CHECK(server.patch(kFlunders + "/none", kMergePatch, "{}").status == 404);
  // Only an apply creates.
  const std::string config =
      "apiVersion: wardle.example.com/v1beta1\nkind: Flunder\nmetadata: {name: none}";
  CHECK(server.patch(kFlunders + "/none?fieldManager=a", "application/apply-patch+yaml", config)
            .status == 201);
}

namespace {

constexpr const char* kStrategic = "application/strategic-merge-patch+json";

/// The finalizers of x in JSON, once it has `c/d` and is patched so.
std::string finalizers_after(RestServer& server, const std::string& patch) {
  server.make("x");
  server.patch(kFlunders + "/x", kMergePatch, R"({"metadata":{"finalizers":["c/d"]}})");
  const Answer answer = server.patch(kFlunders + "/x", kStrategic, patch);
  CHECK(answer.status == 200);
  const json::Value* left = answer.body.find("metadata")->find("finalizers");
  return left == nullptr ? "" : json::write(*left);
}

}  // namespace

TEST_CASE("row 76: a strategic merge patch unites a list that is a set") {
  RestServer server;
  CHECK(finalizers_after(server, R"({"metadata":{"finalizers":["a/b"]}})") == R"(["a/b","c/d"])");
}

TEST_CASE("row 77: a strategic merge patch takes members out of a list") {
  RestServer server;
  CHECK(finalizers_after(server,
                         R"({"metadata":{"finalizers":["a/b"],)"
                         R"("$deleteFromPrimitiveList/finalizers":["c/d"]}})") == R"(["a/b"])");
}

TEST_CASE("row 78: parallel merge patches all take effect") {
  RestServer server;
  server.make("x");
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const std::string label = "l" + std::to_string(t * 5 + i);
        const Answer answer = server.patch(kFlunders + "/x", kMergePatch,
                                           R"({"metadata":{"labels":{")" + label + R"(":"1"}}})");
        if (answer.status == 200) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 20);
  const Answer answer = server.get(kFlunders + "/x");
  CHECK(answer.body.find("metadata")->find("labels")->as_object().size() == 21);
}

TEST_CASE("row 79: force without apply") {
  RestServer server;
  server.make("x");
  const Answer answer = server.patch(kFlunders + "/x?force=true", kMergePatch, "{}");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(),
             Contains("force: Forbidden: may not be specified for non-apply patch"));
}

TEST_CASE("a JSON patch, and one that makes no object of the kind") {
  RestServer server;
  const Answer made = server.make("x");
  const Answer answer = server.patch(kFlunders + "/x", kJsonPatch,
                                     R"([{"op":"replace","path":"/spec/reference","value":"s"}])");
  CHECK(answer.status == 200);
  CHECK(answer.at({"spec", "reference"}) == "s");
  const Answer wrong = server.patch(kFlunders + "/x", kJsonPatch,
                                    R"([{"op":"replace","path":"/spec/reference","value":1}])");
  CHECK(wrong.status == 422);
  CHECK_THAT(wrong.message(), StartsWith(" \"\" is invalid: patch: Invalid value: "));
  const Answer same = server.patch(kFlunders + "/x", kMergePatch, "{}");
  CHECK(same.rv() == answer.rv());
}

TEST_CASE("a patch of the status") {
  RestServer server;
  server.make("x", "", kFlasks);
  const Answer answer = server.patch(kFlasks + "/x/status", kMergePatch,
                                     R"({"status":{"phase":"Ready"},"spec":{"reference":"s"}})");
  CHECK(answer.status == 200);
  CHECK(answer.at({"status", "phase"}) == "Ready");
  CHECK(answer.at({"spec", "reference"}) == "r");
}
