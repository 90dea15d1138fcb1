#include <catch2/catch.hpp>

#include "annex/kube/config.h"
#include "annex/util/mutex.h"
#include "tests/folder.h"
#include "tests/transport/fixture.h"

namespace kube = annex::kube;
namespace util = annex::util;
using annex::Reason;
using annex::test::Folder;
using std::chrono::seconds;

namespace {

/// Answers with the request's own head, 401 to the token "old".
class Mirror final : public annex::http::Service {
 public:
  void serve(annex::http::Request request, annex::http::Respond respond) override {
    std::string text = request.method + " " + request.target.raw_path + "?" +
                       request.target.raw_query + "\n" + std::string(request.body.view()) + "\n";
    for (const auto& [name, value] : request.headers) text += name + ": " + value + "\n";
    const bool old = request.headers.first("authorization") == "Bearer old";
    respond(annex::http::Response::text(old ? 401 : 200, "text/plain", text));
  }
  annex::http::Response refusal(const annex::Error& error, int status) override {
    return annex::http::Response::text(status, "text/plain", error.message);
  }
  std::size_t body_limit(const annex::http::Request&) const override { return 1 << 20; }
};

struct Cluster {
  Cluster() {
    const auto begin = clock.wall_now() - seconds(60);
    const auto end = clock.wall_now() + std::chrono::hours(24);
    auto ca = annex::tls::make_ca("ca", begin, end);
    REQUIRE(ca);
    const auto leaf = annex::tls::issue(
        *ca, {{{"k"}, {}}, {"kubernetes"}, annex::tls::Usage::kServer, begin, end});
    REQUIRE(leaf);
    annex::transport::ListenerOptions options;
    options.bind_address = "127.0.0.1";
    options.certificates = {leaf->certificate.pem(), leaf->key.pem(), {}, {}};
    auto opened = annex::transport::Listener::open(options, service, clock, logger);
    REQUIRE(opened);
    listener = std::move(*opened);
    config.host = "127.0.0.1";
    config.port = listener->port();
    config.server_name = "kubernetes";
    config.ca_pem = ca->certificate.pem();
  }
  ~Cluster() { listener->stop(); }

  std::unique_ptr<kube::Client> client() {
    auto made = kube::make_client(config, {}, clock);
    REQUIRE(made);
    return std::move(*made);
  }

  util::ManualClock clock;
  util::NullLogger logger;
  Mirror service;
  std::unique_ptr<annex::transport::Listener> listener;
  kube::ClusterConfig config;
};

}  // namespace

TEST_CASE("a call carries the prefix, the query, the body and the caller's token") {
  Cluster cluster;
  cluster.config.path_prefix = "/k8s/c1";
  cluster.config.token = "abc";
  const auto client = cluster.client();
  const auto answer = client->call({"POST", "/apis/a?x=%2F", "{}", "application/json"},
                                   cluster.clock.now() + seconds(20));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK_THAT(answer->body, Catch::StartsWith("POST /k8s/c1/apis/a?x=%2F\n{}\n") &&
                               Catch::Contains("Authorization: Bearer abc\n") &&
                               Catch::Contains("Content-Type: application/json\n") &&
                               Catch::Contains("Accept: application/json\n"));
  std::string streamed;
  REQUIRE(client->stream("/watch?a", [&](std::string_view bytes) {
    streamed += bytes;
    return true;
  }));
  CHECK_THAT(streamed, Catch::StartsWith("GET /k8s/c1/watch?a\n"));
}

TEST_CASE("a token file is read again after a minute, and at once when its token is refused") {
  Cluster cluster;
  const Folder folder;
  cluster.config.token_file = folder.write("token", "first\n");
  const auto client = cluster.client();
  const auto token = [&] {
    const auto answer = client->call({"GET", "/", {}, {}}, cluster.clock.now() + seconds(20));
    REQUIRE(answer);
    const std::size_t begin = answer->body.find("Bearer ") + 7;
    return answer->body.substr(begin, answer->body.find('\n', begin) - begin);
  };
  CHECK(token() == "first");
  folder.write("token", "second");
  CHECK(token() == "first");
  cluster.clock.advance(seconds(61));
  CHECK(token() == "second");
  folder.write("token", "");
  cluster.clock.advance(seconds(61));
  CHECK(token() == "second");
  folder.write("token", "old");
  cluster.clock.advance(seconds(61));
  CHECK(token() == "old");
  folder.write("token", "third");
  CHECK(token() == "third");
}

TEST_CASE("a program's token is used until it is refused, and its failure is told at once") {
  Cluster cluster;
  const Folder folder;
  const auto give = [&](const std::string& token) {
    folder.write("answer",
                 R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
                 R"("status":{"token":")" +
                     token + "\"}}");
  };
  cluster.config.exec = kube::ExecProgram{
      "client.authentication.k8s.io/v1", "cat", {folder.path("answer")}, {}, {}, {}};
  CHECK(kube::make_client(cluster.config, {}, cluster.clock).error().reason == Reason::kBadRequest);
  give("old");
  const auto client = cluster.client();
  const auto answer = [&] {
    auto got = client->call({"GET", "/", {}, {}}, cluster.clock.now() + seconds(20));
    REQUIRE(got);
    return std::move(*got);
  };
  CHECK(answer().status == 401);
  give("new");
  CHECK_THAT(answer().body, Catch::Contains("Authorization: Bearer new\n"));
  give("newer");
  CHECK_THAT(answer().body, Catch::Contains("Authorization: Bearer new\n"));
  client->stop();
  CHECK(client->stopped());
  CHECK_FALSE(client->call({"GET", "/", {}, {}}, cluster.clock.now() + seconds(20)));
}

TEST_CASE("a client is not made of what cannot be used") {
  Cluster cluster;
  const auto refused = [&](const std::function<void(kube::ClusterConfig&)>& change) {
    kube::ClusterConfig config = cluster.config;
    change(config);
    const auto client = kube::make_client(config, {}, cluster.clock);
    REQUIRE_FALSE(client);
    CHECK(client.error().reason == Reason::kBadRequest);
  };
  refused([](kube::ClusterConfig& config) { config.ca_pem = "no CA"; });
  refused([](kube::ClusterConfig& config) { config.certificate_pem = "no certificate"; });
  refused([](kube::ClusterConfig& config) { config.token_file = "/nowhere/token"; });
}
