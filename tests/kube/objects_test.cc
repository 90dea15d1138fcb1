#include "kube/objects.h"

#include <catch2/catch.hpp>

#include "tests/auth/surroundings.h"

namespace kube = annex::kube;
using annex::Reason;
using annex::auth::testing::Surroundings;
using annex::json::Object;
using annex::json::Value;

namespace {

const kube::Place kServices{"v1", "services", "ovens"};
const kube::Place kRoles{"rbac.authorization.k8s.io/v1", "clusterroles", {}};

Value service() { return Object{{"metadata", Object{{"name", "a"}}}}; }

std::string at_version(const char* version) {
  return std::string(R"({"metadata":{"name":"a","resourceVersion":")") + version + R"("}})";
}

struct Cluster : Surroundings {
  kube::Objects objects() {
    return {*kube, clock, random, [this](annex::util::TimePoint until) {
              clock.advance(until - clock.now());
              return true;
            }};
  }
  /// GET is answered with `before` (a 404 if empty), all else with 200 and `after`.
  void holds(const std::string& before, const std::string& after) {
    kube->answer([=](const kube::Call& call) -> annex::Result<kube::Answer> {
      if (call.method != "GET") return kube::Answer{200, {}, after};
      if (before.empty()) return kube::Answer{404, {}, {}};
      return kube::Answer{200, {}, before};
    });
  }
};

}  // namespace

TEST_CASE("objects are found under their paths") {
  CHECK(kServices.path() == "/api/v1/namespaces/ovens/services");
  CHECK(kServices.path("a") == "/api/v1/namespaces/ovens/services/a");
  CHECK(kRoles.path("a:view").find("/apis/rbac.authorization.k8s.io/v1/clusterroles/a") == 0);
  CHECK(kRoles.group() == "rbac.authorization.k8s.io");
  CHECK(kServices.group().empty());
}

TEST_CASE("an apply tells whether it changed anything") {
  Cluster cluster;
  const auto change = [&](kube::ApplyOptions options = {}) {
    const auto applied = cluster.objects().apply(kServices, service(), options);
    REQUIRE(applied);
    return applied->change;
  };
  cluster.holds("", at_version("1"));
  CHECK(change() == kube::Change::kCreated);
  cluster.holds(at_version("1"), at_version("1"));
  CHECK(change() == kube::Change::kNone);
  cluster.holds(at_version("1"), at_version("2"));
  CHECK(change() == kube::Change::kChanged);
  const kube::Call call = cluster.kube->calls().back();
  CHECK(call.method == "PATCH");
  CHECK(call.path == "/api/v1/namespaces/ovens/services/a?fieldManager=annex");
  CHECK(call.content_type == "application/apply-patch+yaml");

  // A dry run keeps the resourceVersion, whatever it would change.
  kube::ApplyOptions dry;
  dry.dry_run = true;
  CHECK(change(dry) == kube::Change::kNone);
  CHECK(cluster.kube->calls().back().path ==
        "/api/v1/namespaces/ovens/services/a?fieldManager=annex&dryRun=All");
  cluster.holds(at_version("1"), R"({"metadata":{"name":"a","resourceVersion":"1"},"spec":{}})");
  CHECK(change(dry) == kube::Change::kChanged);
}

TEST_CASE("what is not there is no error to get or remove") {
  Cluster cluster;
  cluster.kube->answer(404, "{}");
  const auto got = cluster.objects().get(kServices, "a");
  REQUIRE(got);
  CHECK_FALSE(*got);
  const auto removed = cluster.objects().remove(kServices, "a");
  REQUIRE(removed);
  CHECK_FALSE(*removed);
  cluster.kube->answer(200, "{}");
  CHECK(*cluster.objects().remove(kServices, "a"));
  CHECK(cluster.kube->calls().back().body ==
        R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"})");
  CHECK(*cluster.objects().remove(kServices, "a", true));
  CHECK_THAT(cluster.kube->calls().back().body, Catch::Contains(R"("dryRun":["All"])"));
}

TEST_CASE("an error has the Status' reason and message, or says what came instead") {
  const auto error = kube::error_of(
      {403, {}, R"({"kind":"Status","reason":"Forbidden","message":"services is forbidden"})"});
  CHECK(error.reason == Reason::kForbidden);
  CHECK(error.message == "services is forbidden");
  const auto page = kube::error_of({502, {}, "<html>bad gateway"});
  CHECK(page.message == "the Kubernetes API answered 502: <html>bad gateway");
  CHECK(kube::error_of({409, {}, "{}"}).reason == Reason::kAlreadyExists);
  CHECK(kube::error_of({409, {}, R"({"kind":"Status","reason":"Conflict"})"}).reason ==
        Reason::kConflict);
}

TEST_CASE("a passing failure is tried again, another is told at once") {
  Cluster cluster;
  int left = 2;
  cluster.kube->answer([&](const kube::Call&) -> annex::Result<kube::Answer> {
    if (left-- > 0) return kube::Answer{500, {}, "{}"};
    return kube::Answer{200, {}, at_version("1")};
  });
  CHECK(cluster.objects().get(kServices, "a"));
  CHECK(cluster.kube->calls().size() == 3);
  cluster.kube->answer(403, "{}");
  CHECK_FALSE(cluster.objects().get(kServices, "a"));
  CHECK(cluster.kube->calls().size() == 4);
}

TEST_CASE("rights are asked for by review") {
  Cluster cluster;
  cluster.kube->answer(201, R"({"status":{"allowed":true}})");
  const auto may = cluster.objects().may({"create", "apps", "deployments", {}, "ovens", {}});
  REQUIRE(may);
  CHECK(*may);
  const kube::Call call = cluster.kube->calls().back();
  CHECK(call.path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
  CHECK_THAT(call.body, Catch::Contains(R"({"resourceAttributes":{"verb":"create","group":"apps",)"
                                        R"("resource":"deployments","namespace":"ovens"}})"));
  cluster.kube->answer(201, R"({"status":{"allowed":false}})");
  CHECK_FALSE(*cluster.objects().may({"get", "", "pods", "log", "", "a"}));
}
