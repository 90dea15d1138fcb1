// The fake Kubernetes of annex::testing, asked by a server that delegates to it.
#include "annex/testing/fake_kubernetes.h"

#include <catch2/catch.hpp>
#include <thread>

#include "annex/annex.h"
#include "annex/auth/cluster_trust.h"
#include "annex/testing/fixture.h"
#include "tests/conformance/rest_server.h"

namespace {

using annex::Reason;
using annex::conformance::kFlunders;
using annex::testing::FakeKubernetes;
using annex::testing::Fixture;
using Mood = FakeKubernetes::Mood;

const std::string kTokens = "/apis/authentication.k8s.io/v1/tokenreviews";
const std::string kAccess = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

struct Bakery {
  annex::util::ManualClock cluster_clock;
  FakeKubernetes kubernetes{cluster_clock};
  annex::Server server{"bakery"};
  std::optional<Fixture> fixture;

  Bakery() {
    server.group("wardle.example.com").resource(annex::conformance::make_flunders());
    // [delegate]
    fixture.emplace(server, [this](annex::ServerOptions& options) {
      options.authenticators.clear();
      kubernetes.delegate(options);
    });
    // [delegate]
    fixture->act_as(std::nullopt);
  }

  annex::testing::Reply get(const std::string& path, const std::string& token) {
    Fixture::Headers headers;
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    return fixture->get(path, headers);
  }
};

TEST_CASE("A server that delegates is told who calls and whether they may") {
  Bakery bakery;
  bakery.kubernetes.add_token("alices", {"alice", "1", {"bakers"}, {}});
  bakery.kubernetes.allow("bakers", "list", "flunders.wardle.example.com");
  bakery.kubernetes.allow("alice", "get", "/metrics");
  CHECK(bakery.get(kFlunders, "alices").status() == 200);
  CHECK(bakery.get("/metrics", "alices").status() == 200);
  CHECK(bakery.get(kFlunders + "/x", "alices").status() == 403);
  CHECK(bakery.get(kFlunders, "bobs").status() == 401);
  CHECK(bakery.get(kFlunders, "").status() == 403);
  CHECK(bakery.kubernetes.calls(kTokens) == 2);
  // The anonymous caller was asked about, too.
  CHECK(bakery.kubernetes.calls(kAccess) == 4);
  CHECK(bakery.get(kFlunders, "alices").status() == 200);
  CHECK(bakery.kubernetes.calls() == 6);
}

TEST_CASE("A cluster that is away, or loses its answers, lets nobody in") {
  Bakery bakery;
  bakery.kubernetes.add_token("alices", {"alice", "", {}, {}});
  bakery.kubernetes.allow("*", "*", "*");
  bakery.kubernetes.be(Mood::kRefuse);
  CHECK(bakery.get(kFlunders, "alices").status() == 401);
  bakery.kubernetes.be(Mood::kAnswer);
  CHECK(bakery.get(kFlunders, "alices").status() == 200);
}

TEST_CASE("A cluster that stalls holds up whoever asks, until their time is up") {
  annex::util::ManualClock clock;
  FakeKubernetes kubernetes(clock);
  const auto client = kubernetes.client();
  annex::kube::Call call;
  call.path = "/api/v1/namespaces";
  kubernetes.be(Mood::kStall);
  std::thread mover([&] {
    CHECK(kubernetes.wait_for_calls(1, "/api/v1/namespaces"));
    clock.advance(std::chrono::seconds(11));
  });
  const auto late = client->call(call, clock.now() + std::chrono::seconds(10));
  mover.join();
  REQUIRE(!late);
  CHECK(late.error().reason == Reason::kTimeout);

  std::thread stopper([&] {
    CHECK(kubernetes.wait_for_calls(2));
    client->stop();
  });
  CHECK(client->call(call, annex::util::TimePoint::max()).error().reason ==
        Reason::kServiceUnavailable);
  stopper.join();
  CHECK(client->stopped());
}

TEST_CASE("What a dropped call asked for is done") {
  annex::util::ManualClock clock;
  FakeKubernetes kubernetes(clock);
  const auto client = kubernetes.client();
  kubernetes.be(Mood::kDrop);
  annex::kube::Call call;
  call.method = "POST";
  call.path = "/api/v1/namespaces";
  call.body = R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"bread"}})";
  const auto dropped = client->call(call, annex::util::TimePoint::max());
  REQUIRE(!dropped);
  CHECK(dropped.error().details.retry_after_seconds > 0);
  kubernetes.be(Mood::kAnswer);
  const auto again = client->call(call, annex::util::TimePoint::max());
  REQUIRE(again);
  CHECK(again->status == 409);
  kubernetes.add_namespace("cake");
  call = {};
  call.path = "/api/v1/namespaces/cake";
  CHECK(client->call(call, annex::util::TimePoint::max())->status == 200);
}

TEST_CASE("The configmap of trust is followed as in a cluster") {
  annex::util::ManualClock clock;
  annex::util::SeededRandom random{1};
  annex::util::NullLogger logger;
  FakeKubernetes kubernetes(clock);
  const auto ca_pem = [&](const char* name) {
    return annex::tls::make_ca(name, clock.wall_now(), clock.wall_now() + std::chrono::hours(1))
        ->certificate.pem();
  };
  const auto publish = [&](const std::string& pem) {
    kubernetes.set_configmap("kube-system", "extension-apiserver-authentication",
                             {{"client-ca-file", pem}});
  };
  const std::string first = ca_pem("first");
  const std::string second = ca_pem("second");
  publish(first);
  annex::util::Mutex mutex;
  annex::util::CondVar changed;
  std::string told;
  annex::auth::ClusterTrustOptions options;
  options.on_change = [&](const annex::auth::Trust& trust) {
    const annex::util::MutexLock lock(mutex);
    told = trust.client_ca_pem;
    changed.notify_all();
  };
  annex::auth::ClusterTrust trust(kubernetes.client(), options, clock, random, logger);
  const auto await = [&](const std::string& pem) {
    const annex::util::MutexLock lock(mutex);
    while (told.find(pem) == std::string::npos) {
      if (!changed.wait_for(mutex, std::chrono::seconds(60))) return false;
    }
    return true;
  };
  trust.start();
  CHECK(await(first));
  publish(second);
  CHECK(await(second));
  trust.stop();
}

}  // namespace
