#include "annex/auth/cluster_trust.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <deque>

#include "annex/json/write.h"
#include "annex/util/manual_clock.h"
#include "tests/recording_logger.h"

namespace auth = annex::auth;
namespace json = annex::json;
namespace kube = annex::kube;
namespace util = annex::util;
using annex::Error;
using annex::Result;
using json::Member;
using json::Object;
using json::Value;
using std::chrono::seconds;

namespace {

constexpr const char* kName = "extension-apiserver-authentication";

/// A cluster that holds one configmap, and lets its caller do as told.
class FakeCluster final : public kube::Client {
 public:
  Result<kube::Answer> call(const kube::Call& call, util::TimePoint) override {
    paths.push_back(call.path);
    const bool list = call.path.find('?') != std::string::npos;
    if (broken) return Error::unavailable("connection refused");
    if (list ? !may_list : !may_get) {
      return forbidden();
    }
    if (list) {
      json::Array items;
      if (!data.empty()) items.push_back(configmap());
      return kube::Answer{
          200,
          {},
          json::write(Object{{"metadata", Object{{"resourceVersion", "41"}}}, {"items", items}})};
    }
    if (data.empty()) return kube::Answer{404, {}, R"({"message":"not found"})"};
    return kube::Answer{200, {}, json::write(configmap())};
  }

  Result<kube::Answer> stream(const std::string& path,
                              const std::function<bool(std::string_view)>& on_bytes) override {
    paths.push_back(path);
    if (!may_watch) return forbidden();
    while (!events.empty()) {
      const std::string event = events.front();
      events.pop_front();
      if (!on_bytes(event)) break;
    }
    return kube::Answer{200, {}, {}};
  }
  void stop() override { stopped_ = true; }
  bool stopped() const override { return stopped_; }

  Value configmap() const {
    return Object{{"metadata", Object{{"name", kName}, {"resourceVersion", "7"}}}, {"data", data}};
  }
  std::string event(const char* type) const {
    return json::write(Object{{"type", type}, {"object", configmap()}}) + "\n";
  }

  Object data;
  bool may_list = true, may_get = true, may_watch = true, broken = false;
  std::deque<std::string> events;
  std::vector<std::string> paths;

 private:
  static kube::Answer forbidden() {
    return {
        403,
        {},
        R"({"kind":"Status","message":"configmaps is forbidden: User \"system:serviceaccount:bread:baker\" cannot get it"})"};
  }
  std::atomic<bool> stopped_{false};
};

std::string ca_pem(const std::string& name) {
  util::ManualClock clock;
  const auto ca = annex::tls::make_ca(name, clock.wall_now(), clock.wall_now() + seconds(3600));
  REQUIRE(ca);
  return ca->certificate.pem();
}

struct Fixture {
  explicit Fixture(auth::ClusterTrustOptions options = {}) {
    options.on_change = [this](const auth::Trust&) { ++changes; };
    trust.emplace(cluster, std::move(options), clock, random, logger);
  }
  void fill() {
    cluster->data = Object{{"client-ca-file", client_ca},
                           {"requestheader-client-ca-file", proxy_ca},
                           {"requestheader-allowed-names", R"(["front-proxy-client"])"},
                           {"requestheader-username-headers", R"(["X-Remote-User"])"},
                           {"requestheader-group-headers", R"(["X-Remote-Group"])"},
                           {"requestheader-extra-headers-prefix", R"(["X-Remote-Extra-"])"}};
  }

  const std::string client_ca = ca_pem("clients");
  const std::string proxy_ca = ca_pem("proxies");
  std::shared_ptr<FakeCluster> cluster = std::make_shared<FakeCluster>();
  util::ManualClock clock;
  util::SeededRandom random{1};
  annex::test::RecordingLogger logger;
  int changes = 0;
  std::optional<auth::ClusterTrust> trust;
};

}  // namespace

TEST_CASE("the configmap's CAs and names become the trust; nothing else is asked for") {
  Fixture fixture;
  fixture.fill();
  CHECK(fixture.trust->not_ready());
  fixture.trust->refresh();
  CHECK_FALSE(fixture.trust->not_ready());
  const auto trust = fixture.trust->current();
  REQUIRE(trust->client_roots);
  REQUIRE(trust->front_proxy);
  CHECK(trust->client_roots->roots().size() == 1);
  CHECK(trust->front_proxy->allowed_names == std::vector<std::string>{"front-proxy-client"});
  CHECK(trust->front_proxy->username_headers == std::vector<std::string>{"X-Remote-User"});
  CHECK(trust->front_proxy->uid_headers.empty());
  CHECK(trust->client_ca_pem.find(fixture.proxy_ca) != std::string::npos);
  REQUIRE(fixture.cluster->paths.size() == 2);
  for (const std::string& path : fixture.cluster->paths) {
    CHECK_THAT(path, Catch::StartsWith("/api/v1/namespaces/kube-system/configmaps?fieldSelector="
                                       "metadata.name%3Dextension-apiserver-authentication"));
  }
  CHECK_THAT(fixture.cluster->paths[1], Catch::Contains("&resourceVersion=41"));
}

TEST_CASE("a watched change replaces the trust, and requests keep the one they began with") {
  Fixture fixture;
  fixture.fill();
  const std::string both = fixture.proxy_ca + ca_pem("next");
  FakeCluster changed;
  changed.data = fixture.cluster->data;
  changed.data.set("requestheader-client-ca-file", both);
  const std::string event = changed.event("MODIFIED");
  // Cut anywhere: events end with a line, not with a piece.
  fixture.cluster->events = {event.substr(0, 10), event.substr(10) + event.substr(0, 20),
                             event.substr(20)};
  const auto before = fixture.trust->current();
  fixture.trust->refresh();
  const auto after = fixture.trust->current();
  CHECK_FALSE(before->front_proxy);
  CHECK(after->front_proxy->roots.roots().size() == 2);
  CHECK(after->generation == 2);
  CHECK(fixture.changes == 2);
  fixture.cluster->data = changed.data;
  fixture.trust->refresh();
  CHECK(fixture.trust->current() == after);
}

TEST_CASE("absent and damaged keys change nothing, and are complained of") {
  Fixture fixture;
  fixture.fill();
  fixture.trust->refresh();
  const auto good = fixture.trust->current();
  const auto change = GENERATE(
      as<std::function<void(Object&)>>(), [](Object& data) { data.erase("client-ca-file"); },
      [](Object& data) { data.set("client-ca-file", "damaged"); },
      [](Object& data) { data.erase("requestheader-client-ca-file"); },
      [](Object& data) {
        data.set("requestheader-client-ca-file",
                 "-----BEGIN CERTIFICATE-----\nAAAA\n"
                 "-----END CERTIFICATE-----\n");
      },
      [](Object& data) { data.set("requestheader-allowed-names", "[1]"); },
      [](Object& data) { data.set("requestheader-group-headers", "x"); });
  change(fixture.cluster->data);
  fixture.trust->refresh();
  CHECK(fixture.trust->current() == good);
  CHECK_FALSE(fixture.logger.lines().empty());
}

TEST_CASE("a configmap that is gone, or a cluster that is silent, takes no trust away") {
  Fixture fixture;
  fixture.fill();
  fixture.trust->refresh();
  const auto good = fixture.trust->current();
  fixture.cluster->data.clear();
  fixture.cluster->events = {R"({"type":"DELETED","object":{"metadata":{"name":"x"}}})"
                             "\n"};
  fixture.trust->refresh();
  fixture.cluster->broken = true;
  CHECK(fixture.trust->refresh() > seconds(0));
  CHECK(fixture.trust->current() == good);
  CHECK_FALSE(fixture.trust->not_ready());
}

TEST_CASE("no configmap is no error") {
  Fixture fixture;
  fixture.cluster->may_list = GENERATE(true, false);
  fixture.trust->refresh();
  CHECK_FALSE(fixture.trust->not_ready());
  CHECK_FALSE(fixture.trust->current()->front_proxy);
}

TEST_CASE("where list or watch is denied the configmap is polled") {
  Fixture fixture;
  fixture.fill();
  SECTION("list") { fixture.cluster->may_list = false; }
  SECTION("watch") { fixture.cluster->may_watch = false; }
  CHECK(fixture.trust->refresh() == seconds(60));
  CHECK(fixture.trust->current()->front_proxy);
  CHECK_FALSE(fixture.trust->not_ready());
  fixture.cluster->data.set("requestheader-client-ca-file", fixture.proxy_ca + ca_pem("next"));
  fixture.trust->refresh();
  CHECK(fixture.trust->current()->front_proxy->roots.roots().size() == 2);
}

TEST_CASE("a missing RoleBinding is named once, with its command; its coming mends everything") {
  Fixture fixture;
  fixture.fill();
  fixture.cluster->may_list = fixture.cluster->may_get = false;
  for (int i = 0; i < 5; ++i) {
    const util::Duration wait = fixture.trust->refresh();
    CHECK(wait >= std::chrono::milliseconds(500));
    CHECK(wait <= seconds(12));
  }
  REQUIRE(fixture.logger.lines().size() == 1);
  const char* const kCommand =
      "kubectl create rolebinding -n kube-system bread-baker-auth-reader "
      "--role=extension-apiserver-authentication-reader --serviceaccount=bread:baker";
  CHECK_THAT(fixture.logger.lines()[0], Catch::Contains(kCommand));
  REQUIRE(fixture.trust->not_ready());
  CHECK_THAT(*fixture.trust->not_ready(), Catch::Contains(kCommand));
  fixture.cluster->may_list = true;
  fixture.trust->refresh();
  CHECK_FALSE(fixture.trust->not_ready());
  CHECK(fixture.trust->current()->front_proxy);
}

TEST_CASE("with tolerance an unreadable configmap leaves the server ready, and still heals") {
  auth::ClusterTrustOptions options;
  options.tolerate = true;
  Fixture fixture(options);
  fixture.fill();
  fixture.cluster->broken = true;
  fixture.trust->refresh();
  fixture.trust->refresh();
  CHECK_FALSE(fixture.trust->not_ready());
  CHECK(fixture.logger.lines().size() == 4);
  fixture.cluster->broken = false;
  fixture.trust->refresh();
  CHECK(fixture.trust->current()->front_proxy);
}

TEST_CASE("what comes from the server's own files is not taken from the configmap") {
  auth::ClusterTrustOptions options;
  options.own_front_proxy = true;
  Fixture fixture(options);
  fixture.fill();
  auth::TrustTexts own;
  own.front_proxy_ca_pem = fixture.client_ca;
  own.username_headers = {"X-Own"};
  REQUIRE(fixture.trust->set_front_proxy(own));
  fixture.trust->refresh();
  CHECK(fixture.trust->current()->front_proxy->username_headers ==
        std::vector<std::string>{"X-Own"});
  CHECK(fixture.trust->current()->client_roots);
  CHECK_FALSE(fixture.trust->set_client_ca("damaged"));
  CHECK(fixture.trust->current()->client_roots);
}

TEST_CASE("a user's name that is not plain never gets into the command") {
  CHECK_THAT(auth::missing_role_binding("User \"a'; rm -rf /\" cannot"),
             Catch::Contains("--serviceaccount=YOUR_NS:YOUR_SA"));
  CHECK_THAT(auth::missing_role_binding("User \"alice\" cannot"), Catch::Contains("--user=alice'"));
}

TEST_CASE("the thread follows the configmap until it is stopped") {
  Fixture fixture;
  fixture.fill();
  fixture.trust->start();
  fixture.trust->stop();
  CHECK(fixture.cluster->stopped());
}
