// Loaves: what is refused, what time does, and how the process itself comes at them.
#include <annex/json/read.h>
#include <annex/testing/difference.h>
#include <annex/testing/fixture.h>
#include <annex/testing/round_trip.h>

#include <chrono>

#include "bakery.h"
#include "expect.h"

using annex::testing::difference;
using annex::testing::event_difference;
using annex::testing::status_difference;

namespace {

const std::string kLoaves = "/apis/bakery.example.com/v1/namespaces/default/loaves";

struct Bakery {
  bakery::Ovens ovens;
  annex::Server server{"bakery"};
  annex::testing::Fixture fixture;

  Bakery() : fixture(describe()) {}
  annex::testing::Reply write(const std::string& method, const std::string& path,
                              const std::string& body) {
    return fixture.send(method, path, body, {{"Content-Type", "application/json"}});
  }
  std::string make(const std::string& name) {
    return write("POST", kLoaves,
                 R"({"metadata":{"name":")" + name + R"("},"spec":{"flour":"rye"}})")
        .json()
        .at_string({"metadata", "resourceVersion"});
  }

 private:
  annex::Server& describe() {
    bakery::describe_server(server, ovens);
    return server;
  }
};

}  // namespace

void test_loaves() {
  Bakery bakery;
  bakery.make("rye");
  const auto first = bakery.fixture.get(kLoaves + "/rye").json();
  expect_none(difference(first, "{kind: Loaf, metadata: {name: rye}, spec: {grams: 500}}"),
              "a loaf is kept, with its defaults");

  auto changed = first;
  changed.as_object().set("spec", *annex::json::parse("{}"));
  expect_none(status_difference(bakery.fixture.put(kLoaves + "/rye", changed).json(),
                                {.code = 422, .reason = "Invalid", .fields = {{"spec.flour"}}}),
              "a loaf without flour is refused");
  changed.as_object().set("spec", *annex::json::parse(R"({"flour":"rye","grams":900})"));
  expect(bakery.fixture.put(kLoaves + "/rye", changed).status() == 200, "a change is stored");
  expect_none(status_difference(bakery.fixture.put(kLoaves + "/rye", changed).json(),
                                {.code = 409, .reason = "Conflict"}),
              "a change of what was is a conflict");

  const auto trips = annex::testing::check_round_trips(bakery.server, {.rounds = 20});
  expect(trips.lost.empty(), trips.text());
}

void test_time() {
  Bakery bakery;
  // [time]
  const std::string before = bakery.make("rye");
  auto watch =
      bakery.fixture.get(kLoaves + "?watch=true&timeoutSeconds=60&resourceVersion=" + before);
  bakery.make("oat");
  expect_none(event_difference(watch.next_json(), "ADDED", "metadata: {name: oat}"),
              "a watch tells what comes");
  bakery.fixture.clock().advance(std::chrono::seconds(61));
  expect(!watch.next_line() && watch.ended(), "a watch ends when its time is up");

  bakery.fixture.clock().advance(std::chrono::minutes(10));
  bakery.make("wheat");
  bakery.fixture.get(kLoaves);  // shows the write, with which the past went
  auto late = bakery.fixture.get(kLoaves + "?watch=true&resourceVersion=" + before);
  expect_none(event_difference(late.is_stream() ? late.next_json() : late.json(), "ERROR",
                               "{kind: Status, code: 410, reason: Expired}"),
              "who comes too late is told so");
  // [time]
}

void test_access() {
  Bakery bakery;
  const auto client = bakery.server.client<bakery::Loaf>();
  auto loaves = bakery.server.lister<bakery::Loaf>();
  loaves.index("flour", [](const bakery::Loaf& loaf) { return std::vector{loaf.spec.flour}; });
  bakery::Loaf loaf;
  loaf.metadata.name = "rye";
  loaf.metadata.name_space = "default";
  loaf.spec.flour = "rye";
  const auto made = client.create(loaf);
  expect(made && made->spec.grams == 500, "the process may create loaves itself");
  const auto revision = made ? std::stoull(made->metadata.resource_version) : 0;
  expect(loaves.wait_for(revision, std::chrono::seconds(10)), "the lister hears of it");
  expect(loaves.by_index("flour", "rye").size() == 1, "and finds it by its index");

  const auto baked = bakery.server.metrics().counter("bakery_loaves_total", "Baked.");
  baked.add(2);
  expect(
      bakery.fixture.get("/metrics").text().find("\nbakery_loaves_total 2\n") != std::string::npos,
      "a number of its own is among the metrics");
}
