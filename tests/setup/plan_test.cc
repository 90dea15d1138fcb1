#include "setup/plan.h"

#include "tests/setup/bakery.h"

namespace setup = annex::setup;
using annex::Reason;
using setup::test::bakery_plan;

namespace {

std::string refusal(const std::function<void(setup::PlanOptions&)>& change) {
  annex::Server server("bakery");
  setup::test::describe_bakery(server);
  setup::PlanOptions options;
  change(options);
  const auto plan = setup::make_plan(server, options);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().reason == Reason::kBadRequest);
  return plan.error().message;
}

}  // namespace

TEST_CASE("a plan is named after its server") {
  const setup::Plan plan = bakery_plan();
  CHECK(plan.name == "bakery");
  CHECK(plan.namespace_name == "bakery");
  CHECK(plan.account == "bakery");
  CHECK(plan.host() == "bakery.bakery.svc");
  setup::PlanOptions options;
  options.namespace_name = "ovens";
  options.service = "api";
  CHECK(bakery_plan(options).host() == "api.ovens.svc");
}

TEST_CASE("the store decides how many replicas there may be") {
  CHECK(bakery_plan().workload == setup::Workload::kFile);
  CHECK(bakery_plan().store == "disk:/var/lib/annex/store.db");
  setup::PlanOptions options;
  options.store = "pool:https://pool:2379";
  CHECK(bakery_plan(options).workload == setup::Workload::kShared);
  CHECK(bakery_plan(options).store == "pool:https://pool:2379");
  options.store = "memory";
  CHECK(bakery_plan(options).workload == setup::Workload::kMemory);
}

TEST_CASE("a plan knows what the server serves, the preferred version first") {
  const setup::Plan plan = bakery_plan();
  REQUIRE(plan.groups.size() == 1);
  CHECK(plan.groups[0].name == "bakery.example.com");
  CHECK(plan.groups[0].versions == std::vector<std::string>{"v1", "v1beta1"});
  REQUIRE(plan.groups[0].resources.size() == 2);
  const annex::ServedResource& ovens = plan.groups[0].resources[0];
  CHECK(ovens.plural == "ovens");
  CHECK_FALSE(ovens.namespaced);
  CHECK(ovens.subresources == std::vector<std::string>{"status"});
  CHECK(ovens.versions == std::vector<std::string>{"v1"});
}

TEST_CASE("what cannot be set up is refused in a sentence") {
  CHECK_THAT(refusal([](auto& options) { options.name = "Bakery"; }),
             Catch::StartsWith("--name is \"Bakery\", but must be"));
  CHECK_THAT(refusal([](auto& options) { options.namespace_name = "1st"; }),
             Catch::StartsWith("--namespace is \"1st\""));
  CHECK_THAT(refusal([](auto& options) { options.service = std::string(64, 'a'); }),
             Catch::StartsWith("--service is"));
  CHECK_THAT(refusal([](auto& options) { options.port = 443; }),
             Catch::StartsWith("--port is 443"));
  CHECK_THAT(refusal([](auto& options) { options.volume_size = "much"; }),
             Catch::StartsWith("--volume-size \"much\""));
  CHECK(refusal([](auto& options) { options.store = "tape"; }) ==
        "there is no store \"tape\": this server knows disk, pool, memory");
  CHECK_THAT(refusal([](auto& options) { options.store = "disk:/elsewhere"; }),
             Catch::Contains("give --store=disk"));
}

TEST_CASE("a description that cannot be served cannot be set up") {
  annex::Server empty("empty");
  const auto plan = setup::make_plan(empty, {});
  REQUIRE_FALSE(plan);
  CHECK_THAT(plan.error().message, Catch::StartsWith("the server has no resource"));
}
