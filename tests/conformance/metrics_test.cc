// What /metrics tells: upstream's names and labels, bounded, and what a program adds.
#include <catch2/catch.hpp>
#include <future>
#include <stdexcept>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/storage/memory.h"
#include "annex/testing/faulty_store.h"
#include "annex/testing/fixture.h"
#include "tests/conformance/rest_server.h"

namespace {

using annex::Metrics;
using annex::conformance::kFlunders;
using annex::request::UserInfo;
using Catch::Contains;

annex::json::Value flunder(const std::string& name) {
  return annex::json::parse(R"({"kind":"Flunder","apiVersion":"wardle.example.com/v1beta1",
      "metadata":{"name":")" +
                            name + "\"}}")
      .value();
}

/// A store that holds one object in a version that the server does not have.
annex::StoreKind unknown_version_store() {
  annex::StoreKind kind;
  kind.name = "old";
  kind.open =
      [](const std::string&,
         annex::Environment environment) -> annex::Result<std::unique_ptr<annex::storage::Store>> {
    auto store = annex::storage::make_memory_store({}, environment.clock, environment.random);
    const std::string text =
        R"({"kind":"Flunder","apiVersion":"wardle.example.com/v0","metadata":{"name":"oat"}})";
    std::promise<void> done;
    store->commit({"/registry/wardle.example.com/flunders/default/oat",
                   annex::util::Bytes(text),
                   annex::storage::Guard::absent(),
                   {}},
                  [&done](const auto&) { done.set_value(); });
    done.get_future().wait();
    return store;
  };
  return kind;
}

/// A server of flunders, and the numbers that it tells.
struct Bakery {
  annex::Server server{"bakery"};

  Bakery() { server.group("wardle.example.com").resource(annex::conformance::make_flunders()); }

  /// The value of a series, named as in the text; -1 if there is none.
  double value(annex::testing::Fixture& fixture, const std::string& series) {
    fixture.act_as(UserInfo{"prometheus", "", {"system:masters"}, {}});
    const std::string text = "\n" + fixture.get("/metrics").text();
    const std::size_t at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
  }
};

/// Of the labels, in the order of the alphabet as the text has them.
std::string flunders(const std::string& code, const std::string& dry_run, const std::string& scope,
                     const std::string& verb) {
  return "{" + (code.empty() ? "" : "code=\"" + code + "\",") +
         "component=\"apiserver\",dry_run=\"" + dry_run +
         "\",group=\"wardle.example.com\",resource=\"flunders\",scope=\"" + scope +
         "\",subresource=\"\",verb=\"" + verb + "\",version=\"v1beta1\"}";
}

TEST_CASE("Requests are counted by what they were for") {
  Bakery bakery;
  annex::testing::Fixture fixture(bakery.server);
  REQUIRE(fixture.post(kFlunders, flunder("rye")).status() == 201);
  REQUIRE(fixture.post(kFlunders + "?dryRun=All", flunder("oat")).status() == 201);
  for (int time = 0; time < 3; ++time) fixture.get(kFlunders + "/rye");
  fixture.get(kFlunders + "/none");
  fixture.get(kFlunders);
  fixture.get(annex::conformance::kBase + "/flunders");
  const std::string total = "apiserver_request_total";
  CHECK(bakery.value(fixture, total + flunders("201", "", "resource", "POST")) == 1);
  CHECK(bakery.value(fixture, total + flunders("201", "All", "resource", "POST")) == 1);
  CHECK(bakery.value(fixture, total + flunders("200", "", "resource", "GET")) == 3);
  CHECK(bakery.value(fixture, total + flunders("404", "", "resource", "GET")) == 1);
  CHECK(bakery.value(fixture, total + flunders("200", "", "namespace", "LIST")) == 1);
  CHECK(bakery.value(fixture, total + flunders("200", "", "cluster", "LIST")) == 1);
  CHECK(bakery.value(fixture, "apiserver_request_duration_seconds_count" +
                                  flunders("", "", "resource", "GET")) == 4);
  // Without dry runs, and without the time in the queue.
  const std::string no_dry_run =
      "{component=\"apiserver\",group=\"wardle.example.com\",resource=\"flunders\",scope="
      "\"resource\",subresource=\"\",verb=\"POST\",version=\"v1beta1\"}";
  CHECK(bakery.value(fixture, "apiserver_request_sli_duration_seconds_count" + no_dry_run) == 1);
  CHECK(bakery.value(fixture,
                     "apiserver_storage_objects{resource=\"flunders.wardle.example.com\"}") == 1);
  CHECK(bakery.value(fixture, "apiserver_current_inflight_requests{request_kind=\"readOnly\"}") >=
        1);
}

TEST_CASE("Calls of the store are counted by operation, and those that fail") {
  Bakery bakery;
  const auto faults = std::make_shared<annex::testing::Faults>();
  bakery.server.store(annex::testing::faulty_memory_store(faults));
  annex::testing::Fixture fixture(bakery.server,
                                  [](annex::ServerOptions& options) { options.store = "faulty"; });
  const auto calls = [&](const std::string& what, const std::string& operation) {
    return bakery.value(fixture, "etcd_request" + what +
                                     "{group=\"wardle.example.com\",operation=\"" + operation +
                                     "\",resource=\"flunders\"}");
  };
  REQUIRE(fixture.post(kFlunders, flunder("rye")).status() == 201);
  REQUIRE(fixture.post(kFlunders, flunder("rye")).status() == 409);
  REQUIRE(fixture
              .send("PATCH", kFlunders + "/rye", R"({"metadata":{"labels":{"a":"b"}}})",
                    {{"Content-Type", "application/merge-patch+json"}})
              .status() == 200);
  CHECK(calls("s_total", "create") == 2);
  CHECK(calls("_errors_total", "create") == 0);  // that it exists is an answer
  CHECK(calls("s_total", "update") == 1);
  CHECK(calls("_duration_seconds_count", "update") == 1);
  CHECK(calls("s_total", "list") >= 1);  // the watch cache's first
  for (int i = 0; i < 10 && calls("_errors_total", "create") == 0; ++i) {
    fixture.get(kFlunders);  // what was written is known by then: the next call is the creation's
    faults->fail(1, annex::testing::Faults::When::kBefore);
    fixture.post(kFlunders, flunder("oat-" + std::to_string(i)));
  }
  CHECK(calls("_errors_total", "create") == 1);
}

TEST_CASE("Objects in a version that is not known are told") {
  Bakery bakery;
  bakery.server.store(unknown_version_store());
  annex::testing::Fixture fixture(bakery.server,
                                  [](annex::ServerOptions& options) { options.store = "old"; });
  const std::string labels = "{group=\"wardle.example.com\",resource=\"flunders\"}";
  CHECK(bakery.value(fixture, "annex_storage_unreadable_objects" + labels) == 1);
  CHECK(bakery.value(fixture, "apiserver_storage_decode_errors_total" + labels) == 1);
  CHECK(bakery.value(fixture, "apiserver_storage_decode_errors_total" + labels) == 1);
  CHECK(bakery.value(fixture,
                     "apiserver_storage_objects{resource=\"flunders.wardle.example.com\"}") == 0);
}

TEST_CASE("A watch is counted while it lasts, and what it sends") {
  Bakery bakery;
  annex::testing::Fixture fixture(bakery.server);
  const std::string running =
      "apiserver_longrunning_requests{component=\"apiserver\",group=\"wardle.example.com\","
      "resource=\"flunders\",scope=\"namespace\",subresource=\"\",verb=\"WATCH\",version="
      "\"v1beta1\"}";
  const std::string ended = "apiserver_request_total" + flunders("200", "", "namespace", "WATCH");
  {
    auto watch = fixture.get(kFlunders + "?watch=true");
    fixture.post(kFlunders, flunder("rye"));
    fixture.post(kFlunders, flunder("oat"));
    REQUIRE(watch.next_line());
    REQUIRE(watch.next_line());
    CHECK(bakery.value(fixture, running) == 1);
    CHECK(bakery.value(fixture, ended) == -1);
    CHECK(bakery.value(fixture,
                       "apiserver_watch_events_total{group=\"wardle.example.com\",resource="
                       "\"flunders\",version=\"v1beta1\"}") == 2);
  }
  CHECK(bakery.value(fixture, running) == 0);
  CHECK(bakery.value(fixture, ended) == 1);
}

TEST_CASE("What a peer makes up is in no label") {
  Bakery bakery;
  annex::testing::Fixture fixture(bakery.server);
  fixture.get("/apis/made-up/v1/things");
  fixture.get("/apis/wardle.example.com/made-up/flunders");
  fixture.get(kFlunders + "/made-up");
  fixture.get(kFlunders + "/rye/made-up");
  fixture.get("/made-up");
  fixture.send("MADE-UP", kFlunders);
  fixture.get(kFlunders + "?dryRun=made-up");
  fixture.act_as(UserInfo{"made-up", "", {"made-up"}, {}});
  CHECK(fixture.get(kFlunders).status() == 403);
  CHECK(bakery.value(fixture, "authenticated_user_requests{username=\"other\"}") >= 8);
  CHECK(bakery.value(fixture, "authorization_attempts_total{result=\"no-opinion\"}") == 1);
  CHECK_THAT(fixture.get("/metrics").text(), !Contains("made-up") && !Contains("MADE-UP"));
}

TEST_CASE("Metrics need to be allowed, and are packed for whoever takes that") {
  Bakery bakery;
  annex::testing::Fixture fixture(bakery.server);
  const auto page = fixture.get("/metrics");
  CHECK(page.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  for (const char* name :
       {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds",
        "process_open_fds", "process_max_fds", "process_virtual_memory_bytes"}) {
    INFO(name);
    CHECK(bakery.value(fixture, name) >= 0);
  }
  CHECK(fixture.get("/metrics", {{"Accept-Encoding", "gzip"}}).header("Content-Encoding") ==
        "gzip");
  CHECK_THAT(fixture.get("/").text(), Contains("\"/metrics\""));
  fixture.act_as(UserInfo{"eve", "", {}, {}});
  const auto refused = fixture.get("/metrics");
  CHECK(refused.status() == 403);
  CHECK(refused.json().at_string({"message"}) ==
        "forbidden: User \"eve\" cannot get path \"/metrics\"");
}

TEST_CASE("A program adds series of its own, which outlive restarts") {
  Bakery bakery;
  // [own]
  Metrics& metrics = bakery.server.metrics();
  const Metrics::Counter baked =
      metrics.counter("bakery_loaves_total", "Loaves that were baked.", {{"flour", "ry\"e"}});
  metrics.histogram("bakery_minutes", "How long it took.", {1, 2}).observe(1.5);
  int asked = 0;
  const Metrics::Gauge heat = metrics.gauge("bakery_heat", "Of the oven.");
  metrics.before_text([&] { heat.set(200 + ++asked); });
  // [own]
  for (int round = 1; round <= 2; ++round) {
    annex::testing::Fixture fixture(bakery.server);
    baked.add();
    CHECK(bakery.value(fixture, R"(bakery_loaves_total{flour="ry\"e"})") == round);
    CHECK(bakery.value(fixture, R"(bakery_minutes_bucket{le="2"})") == 1);
    CHECK(bakery.value(fixture, R"(bakery_minutes_bucket{le="1"})") == 0);
    const double told = bakery.value(fixture, "bakery_heat");
    CHECK(told == 200 + asked);
    CHECK(asked == 4 * round);
  }
  // The same series is given again, another kind of that name is refused.
  metrics.counter("bakery_loaves_total", "", {{"flour", "ry\"e"}}).add();
  CHECK_THAT(metrics.text(), Contains("bakery_loaves_total{flour=\"ry\\\"e\"} 3\n"));
  CHECK_THROWS_AS(metrics.gauge("bakery_loaves_total", ""), std::invalid_argument);
  CHECK_THROWS_WITH(metrics.gauge("bread price", ""), "\"bread price\" is no name of a metric");
  CHECK_THROWS_WITH(metrics.gauge("price", "", {{"le", "1"}}),
                    "price: \"le\" is no name of a label");
  CHECK_THROWS_WITH(metrics.histogram("minutes", "", {2, 1}),
                    "minutes: the bounds of its buckets do not ascend");
}

}  // namespace
