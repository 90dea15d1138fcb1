// The example of a metrics API tells what kubectl top reads.
#include <annex/testing/fixture.h>

#include <catch2/catch.hpp>

#include "examples/03-virtual/metrics.h"

namespace {

TEST_CASE("Nodes and pods have metrics, which a watch follows") {
  annex::util::ManualClock clock;
  const fleet::Fleet fleet(clock);
  annex::Server server("made-up-metrics");
  fleet::add_metrics(server, fleet);
  annex::testing::Fixture fixture(server);

  const auto node = fixture.get("/apis/metrics.k8s.io/v1beta1/nodes/oven-1").json();
  CHECK(node.at_string({"kind"}) == "NodeMetrics");
  CHECK(node.at_string({"window"}) == "30s");
  CHECK(node.at_string({"timestamp"}) == "2026-01-02T03:04:00Z");
  CHECK(node.at_string({"usage", "memory"}) == "1Gi");
  const auto pods = fixture
                        .get(
                            "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector="
                            "flour%3Drye")
                        .json();
  REQUIRE(pods.find("items")->as_array().size() == 1);
  CHECK(pods.find("items")->as_array()[0].find("containers")->as_array().size() == 2);

  auto watch = fixture.get("/apis/metrics.k8s.io/v1beta1/nodes?watch=true&resourceVersion=" +
                           fixture.get("/apis/metrics.k8s.io/v1beta1/nodes")
                               .json()
                               .at_string({"metadata", "resourceVersion"}));
  CHECK(!watch.line_if_any());
  clock.advance(std::chrono::seconds(30));
  fixture.clock().advance(std::chrono::seconds(30));
  const auto event = watch.next_json();
  CHECK(event.at_string({"type"}) == "MODIFIED");
  CHECK(event.at_string({"object", "timestamp"}) == "2026-01-02T03:04:30Z");
}

}  // namespace
