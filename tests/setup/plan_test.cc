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

TEST_CASE("a server outside is where the cluster can reach it") {
  setup::PlanOptions options;
  options.external = "192.0.2.7:9443";
  setup::Plan plan = bakery_plan(options);
  CHECK(plan.external->kind == setup::External::Kind::kIpv4);
  CHECK(plan.port == 9443);
  CHECK(plan.service_port == 443);
  options.external = "[2001:db8::7]:9443";
  plan = bakery_plan(options);
  CHECK(plan.external->kind == setup::External::Kind::kIpv6);
  CHECK(plan.external->host == "2001:db8::7");
  options.external = "build.example.com:443";
  plan = bakery_plan(options);
  CHECK(plan.external->kind == setup::External::Kind::kName);
  CHECK(plan.service_port == 443);

  const auto refused = [](const char* external) {
    return refusal([&](auto& wanted) { wanted.external = external; });
  };
  for (const char* const loopback :
       {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1", "a.localhost:1"}) {
    CHECK_THAT(refused(loopback),
               Catch::Contains("loopback") && Catch::Contains("connects from its own machine"));
  }
  CHECK_THAT(refused("0.0.0.0:1"), Catch::Contains("no address of a machine"));
  CHECK_THAT(refused("169.254.1.1:1"), Catch::Contains("link-local"));
  CHECK_THAT(refused("[fe80::1]:1"), Catch::Contains("link-local"));
  CHECK_THAT(refused("224.0.0.1:1"), Catch::Contains("multicast"));
  for (const char* const damaged : {"192.0.2.7", "a.example.com:", "a.example.com:70000", ":1",
                                    "A.example.com:1", "a b:1", "::1:1"}) {
    INFO(damaged);
    CHECK_THAT(refused(damaged), Catch::StartsWith("--external \""));
  }
}

TEST_CASE("the names of front proxies are read as the cluster writes them") {
  setup::Trust trust;
  REQUIRE(setup::set_allowed_names(R"(["a","b"])", trust));
  CHECK(trust.allowed_names == "a,b");
  REQUIRE(setup::set_allowed_names("", trust));
  CHECK(trust.allowed_names.empty());
  CHECK_FALSE(setup::set_allowed_names("a", trust));
  CHECK_FALSE(setup::set_allowed_names("[1]", trust));
}

TEST_CASE("what cannot be in a certificate, or renewed by the server, is refused") {
  for (const char* const name : {"", "Bakery", "bakery.example.com:443", "-x"}) {
    CHECK_THAT(refusal([&](auto& options) { options.extra_names = {name}; }),
               Catch::Contains("--extra-name"));
  }
  setup::PlanOptions good;
  good.extra_names = {"*.example.com", "192.0.2.7", "2001:db8::7"};
  bakery_plan(good);
  CHECK_THAT(refusal([](auto& options) {
               options.renews = true;
               options.issuer = setup::Issuer::kCertManager;
             }),
             Catch::Contains("cert-manager renews its own"));
  CHECK_THAT(refusal([](auto& options) {
               options.renews = true;
               options.external = "192.0.2.7:8443";
             }),
             Catch::Contains("--renew-certificates=DIR"));
}
