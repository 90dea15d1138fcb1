#include <catch2/catch.hpp>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;

namespace {

const std::string kOld = "/apis/wardle.example.com/v1alpha1/namespaces/default/flunders";

}  // namespace

TEST_CASE("every version shows the same object") {
  RestServer server;
  const Answer made = server.make("x");
  const Answer old = server.get(kOld + "/x");
  CHECK(old.at({"apiVersion"}) == "wardle.example.com/v1alpha1");
  CHECK(old.at({"reference"}) == "r");
  CHECK(old.body.find("spec") == nullptr);
  CHECK(old.rv() == made.rv());
  CHECK(old.at({"metadata", "uid"}) == made.at({"metadata", "uid"}));
}

TEST_CASE("writing through an older version") {
  RestServer server;
  const Answer made = server.post(kOld, R"({"metadata":{"name":"x"},"reference":"old"})");
  CHECK(made.status == 201);
  CHECK(made.at({"reference"}) == "old");
  CHECK(server.get(kFlunders + "/x").at({"spec", "reference"}) == "old");
  const Answer patched = server.patch(kOld + "/x", kMergePatch, R"({"reference":"new"})");
  CHECK(patched.status == 200);
  CHECK(patched.at({"reference"}) == "new");
  CHECK(server.get(kFlunders + "/x").at({"spec", "reference"}) == "new");
}

TEST_CASE("a watch and a list of an older version") {
  RestServer server;
  const Answer made = server.make("x");
  CHECK(server.get(kOld).body.find("items")->as_array()[0].at_string({"reference"}) == "r");
  WatchStream watch = server.watch(kOld + "?watch=1");
  const auto events = watch.read(server.clock.now());
  REQUIRE(events.size() == 1);
  CHECK(events[0].at_string({"object", "apiVersion"}) == "wardle.example.com/v1alpha1");
  CHECK(events[0].at_string({"object", "reference"}) == "r");
}

TEST_CASE("what is stored survives a new start") {
  RestServer server;
  server.make("x");
  server.make("y");
  registry::Backends again(server.registry, *server.store, server.clock, server.logger, {});
  REQUIRE(again.start());
  const auto* resource = server.registry.find("wardle.example.com", "v1beta1", "flunders");
  auto item = again.find(*resource)->get({"default", "x"}, {});
  REQUIRE(item);
  REQUIRE(*item);
  CHECK_FALSE((*item)->labels.empty());
  // Bytes that are current are shown as they are.
  CHECK(again.find(*resource)->codec().encodings() == 0);
}
