#include <catch2/catch.hpp>

#include "annex/tls/digest.h"
#include "tests/auth/surroundings.h"

namespace annex::auth {
namespace {

using std::chrono::hours;
using testing::request_with;

class ChangingTrust final : public TrustSource {
 public:
  std::shared_ptr<const Trust> current() const override { return trust; }
  std::shared_ptr<const Trust> trust = std::make_shared<Trust>();
};

/// A client CA, a front proxy's CA, and certificates of both.
struct Cluster {
  util::ManualClock clock{};
  tls::Identity client_ca = make_ca("client-ca");
  tls::Identity proxy_ca = make_ca("proxy-ca");
  std::shared_ptr<ChangingTrust> source = std::make_shared<ChangingTrust>();
  AuthenticatorPtr all{};

  Cluster() {
    trust([](Trust&) {});
    all = make_union({make_front_proxy(source, clock), make_client_certificates(source, clock)});
  }

  tls::Identity make_ca(const std::string& name) const {
    return *tls::make_ca(name, clock.wall_now() - hours(1), clock.wall_now() + hours(24));
  }

  template <typename Change>
  void trust(const Change& change) {
    auto next = std::make_shared<Trust>();
    next->client_roots = *tls::CaPool::from_pem(client_ca.certificate.pem());
    next->front_proxy = FrontProxyTrust{*tls::CaPool::from_pem(proxy_ca.certificate.pem()),
                                        {"front-proxy-client"},
                                        {"X-Remote-User"},
                                        {"X-Remote-Uid"},
                                        {"X-Remote-Group"},
                                        {"X-Remote-Extra-"}};
    next->generation = source->trust->generation + 1;
    change(*next);
    source->trust = next;
  }

  http::PeerChain chain(const tls::Identity& ca, const std::string& name,
                        tls::Usage usage = tls::Usage::kClient) const {
    const auto leaf = tls::issue(ca, {{{name}, {"dev", "ops"}},
                                      {},
                                      usage,
                                      clock.wall_now() - hours(1),
                                      clock.wall_now() + hours(2)});
    return std::make_shared<std::vector<std::string>>(1, leaf->certificate.der());
  }

  Result<std::optional<request::UserInfo>> ask(const http::PeerChain& peer,
                                               http::Headers headers = {}) const {
    http::Request request = request_with(std::move(headers));
    request.peer_chain = peer;
    const auto known = all->from_memory(request);
    REQUIRE(known);
    return *known;
  }
};

const http::Headers kBob = {{"X-Remote-User", "bob"}, {"x-remote-group", "a,b"}};

TEST_CASE("a front proxy tells who calls, line by line") {
  const Cluster cluster;
  const auto proxy = cluster.chain(cluster.proxy_ca, "front-proxy-client");
  const auto user =
      cluster.ask(proxy, {{"x-remote-user", "bob"},
                          {"X-Remote-User", "eve"},
                          {"X-Remote-Uid", "7"},
                          {"X-Remote-Group", "a,b"},
                          {"X-REMOTE-GROUP", ""},
                          {"x-remote-group", "c"},
                          {"X-Remote-Extra-Authentication.kubernetes.io%2fcredential-Id", "JTI=1"},
                          {"x-remote-extra-authentication.kubernetes.io%2Fcredential-id", "JTI=2"},
                          {"X-Remote-Extra-Bad%zz", "x"}});
  REQUIRE(user);
  REQUIRE(*user);
  CHECK(**user ==
        request::UserInfo{"bob",
                          "7",
                          {"a,b", "c", "system:authenticated"},
                          {{"authentication.kubernetes.io/credential-id", {"JTI=1", "JTI=2"}},
                           {"bad%zz", {"x"}}}});
}

TEST_CASE("the group system:authenticated is added once, and not to whom it does not belong") {
  const Cluster cluster;
  const auto proxy = cluster.chain(cluster.proxy_ca, "front-proxy-client");
  const auto groups = [&](const std::string& user, const std::string& group) {
    return (*cluster.ask(proxy, {{"X-Remote-User", user}, {"X-Remote-Group", group}}))->groups;
  };
  using Groups = std::vector<std::string>;
  CHECK(groups("bob", "system:authenticated") == Groups{"system:authenticated"});
  CHECK(groups("bob", "system:unauthenticated") == Groups{"system:unauthenticated"});
  CHECK(groups("system:anonymous", "x") == Groups{"x"});
}

TEST_CASE("a proxy that names nobody is asked for its own certificate") {
  const Cluster cluster;
  const auto user = cluster.ask(cluster.chain(cluster.proxy_ca, "front-proxy-client"));
  REQUIRE_FALSE(user);
  const std::string& cause = user.error().message;
  CHECK(cause.find("verifying certificate SN=") == 0);
  CHECK(cause.find(", AKID=") != std::string::npos);
  CHECK(cause.find(" failed: x509: certificate signed by unknown authority") != std::string::npos);
}

TEST_CASE("identity headers of others are never believed") {
  const Cluster cluster;
  SECTION("without a certificate") {
    const auto user = cluster.ask(nullptr, kBob);
    REQUIRE(user);
    CHECK_FALSE(user->has_value());
  }
  SECTION("with a certificate of the client CA") {
    const auto user = cluster.ask(cluster.chain(cluster.client_ca, "alice"), kBob);
    REQUIRE(user);
    CHECK((*user)->name == "alice");
  }
  SECTION("with the proxy's name from the client CA") {
    const auto user = cluster.ask(cluster.chain(cluster.client_ca, "front-proxy-client"), kBob);
    REQUIRE(user);
    CHECK((*user)->name == "front-proxy-client");
  }
  SECTION("with another name from the proxy's CA") {
    const auto user = cluster.ask(cluster.chain(cluster.proxy_ca, "mallory"), kBob);
    REQUIRE_FALSE(user);
    CHECK(user.error().message.find("x509: subject with cn=mallory is not in the allowed list") !=
          std::string::npos);
  }
  SECTION("with a serving certificate of the proxy's CA") {
    const auto user = cluster.ask(
        cluster.chain(cluster.proxy_ca, "front-proxy-client", tls::Usage::kServer), kBob);
    REQUIRE_FALSE(user);
    CHECK(user.error().message.find("incompatible key usage") != std::string::npos);
  }
  SECTION("with an expired certificate") {
    Cluster later;
    const auto proxy = later.chain(later.proxy_ca, "front-proxy-client");
    CHECK((*later.ask(proxy, kBob))->name == "bob");
    later.clock.advance(hours(3));
    const auto user = later.ask(proxy, kBob);
    REQUIRE_FALSE(user);
    CHECK(user.error().message.find("expired or is not yet valid") != std::string::npos);
  }
}

TEST_CASE("any name will do where none is listed") {
  Cluster cluster;
  cluster.trust([](Trust& trust) { trust.front_proxy->allowed_names.clear(); });
  CHECK((*cluster.ask(cluster.chain(cluster.proxy_ca, "mallory"), kBob))->name == "bob");
}

TEST_CASE("a client certificate names its user") {
  const Cluster cluster;
  const auto chain = cluster.chain(cluster.client_ca, "alice");
  const auto user = cluster.ask(chain);
  REQUIRE(user);
  REQUIRE(*user);
  CHECK((*user)->name == "alice");
  CHECK((*user)->groups == std::vector<std::string>{"dev", "ops", "system:authenticated"});
  REQUIRE((*user)->extra.size() == 1);
  CHECK((*user)->extra[0].first == "authentication.kubernetes.io/credential-id");
  CHECK((*user)->extra[0].second ==
        std::vector<std::string>{"X509SHA256=" + tls::lower_hex(tls::sha256(chain->front()))});
}

TEST_CASE("a change of trust counts from the next request on, on connections that are open, too") {
  Cluster cluster;
  const auto alice = cluster.chain(cluster.client_ca, "alice");
  const auto proxy = cluster.chain(cluster.proxy_ca, "front-proxy-client");
  CHECK(cluster.ask(alice));
  CHECK(cluster.ask(proxy, kBob));
  const std::string old_client = cluster.client_ca.certificate.pem();
  cluster.client_ca = cluster.make_ca("client-ca-2");
  cluster.trust([&](Trust& trust) {
    trust.client_roots = *tls::CaPool::from_pem(old_client + cluster.client_ca.certificate.pem());
  });
  CHECK(cluster.ask(alice));
  CHECK(cluster.ask(cluster.chain(cluster.client_ca, "carol")));
  cluster.trust([](Trust& trust) { trust.front_proxy.reset(); });
  CHECK_FALSE(cluster.ask(alice));
  CHECK_FALSE(cluster.ask(proxy, kBob));
  cluster.trust([](Trust& trust) { trust = Trust{}; });
  CHECK_FALSE(cluster.ask(alice)->has_value());
}

TEST_CASE("no handler sees identity headers, whatever their spelling") {
  Cluster cluster;
  cluster.trust([](Trust& trust) {
    trust.front_proxy->username_headers.push_back("X-Mesh-User");
    trust.front_proxy->extra_prefixes.push_back("X-Mesh-Extra-");
  });
  http::Headers headers = {{"x-remote-user", "a"},      {"X-REMOTE-GROUP", "b"},
                           {"X-Remote-Uid", "c"},       {"x-ReMoTe-eXtRa-k", "d"},
                           {"authorization", "e"},      {"x-mesh-user", "f"},
                           {"X-MESH-EXTRA-scope", "g"}, {"Accept", "h"}};
  cluster.all->remove_credentials(headers);
  remove_identity_headers(headers);
  CHECK(headers.size() == 1);
  CHECK(headers.first("accept") == "h");
}

}  // namespace
}  // namespace annex::auth
