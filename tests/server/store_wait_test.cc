// A store that takes its time, before a whole server with one worker.
#include <future>
#include <thread>

#include "annex/annex.h"
#include "annex/http/uri.h"
#include "annex/storage/memory.h"
#include "tests/registry/held_store.h"
#include "tests/server/whole_server.h"
#include "tests/transport/http2_client.h"

using namespace annex;
using transport::test::Http2Client;

namespace {

const std::string kLoaves = "/apis/bakery.example.com/v1/namespaces/default/loaves";

struct Loaf {
  meta::ObjectMeta metadata{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard metadata.");
  }
};

struct Bakery {
  Bakery()
      : whole(
            [this](Server& server) {
              StoreKind kind;
              kind.name = "memory";
              kind.open = [this](
                              const std::string&,
                              Environment environment) -> Result<std::unique_ptr<storage::Store>> {
                return std::unique_ptr<storage::Store>(std::make_unique<test::HeldStore>(
                    storage::make_memory_store({}, environment.clock, environment.random), hold));
              };
              server.store(std::move(kind));
              server.group("bakery.example.com").resource<Loaf>("loaves", "Loaf").version("v1");
            },
            options()) {}
  ~Bakery() { hold->release(); }

  static ServerOptions options() {
    ServerOptions options;
    options.worker_threads = 1;
    return options;
  }
  std::int32_t create(Http2Client& client, const std::string& name) const {
    const std::string body =
        R"({"apiVersion":"bakery.example.com/v1","kind":"Loaf","metadata":{"name":")" + name +
        R"("}})";
    const auto id = client.request(kLoaves, &body, "POST",
                                   {{"x-user", "baker"}, {"content-type", "application/json"}});
    client.flush();
    return id;
  }

  std::shared_ptr<test::Hold> hold = std::make_shared<test::Hold>();
  test::WholeServer whole;
};

}  // namespace

TEST_CASE("creates that wait for their store hold no worker") {
  Bakery bakery;
  bakery.hold->close();
  Http2Client client(*bakery.whole.listener);
  std::vector<std::int32_t> creates;
  for (int i = 0; i < 30; ++i) creates.push_back(bakery.create(client, "l" + std::to_string(i)));
  REQUIRE(bakery.hold->wait_for(creates.size()));
  const auto list = client.request(kLoaves, nullptr, "GET", {{"x-user", "baker"}});
  REQUIRE(client.finish(list));
  CHECK(client.status[list] == "200");
  bakery.hold->release();
  for (const std::int32_t create : creates) {
    REQUIRE(client.finish(create));
    CHECK(client.status[create] == "201");
  }
}

TEST_CASE("a create whose store does not answer is told so at the limit for writes") {
  Bakery bakery;
  bakery.hold->close();
  Http2Client client(*bakery.whole.listener);
  const auto create = bakery.create(client, "a");
  REQUIRE(bakery.hold->wait_for(1));
  bakery.whole.clock.advance(std::chrono::seconds(35));
  REQUIRE(client.finish(create));
  CHECK(client.status[create] == "504");
}

TEST_CASE("a server that stops answers what waits for its store") {
  Bakery bakery;
  bakery.hold->close();
  Http2Client client(*bakery.whole.listener);
  const auto create = bakery.create(client, "a");
  REQUIRE(bakery.hold->wait_for(1));
  std::thread stopping([&] { bakery.whole.server.stop(); });
  bakery.hold->release();
  stopping.join();
  REQUIRE(client.finish(create));
  CHECK(client.status[create] == "201");
}

TEST_CASE("a request runs no more when its answer comes") {
  Bakery bakery;
  for (const char* path : {"/readyz", kLoaves.c_str()}) {
    http::Request request;
    request.method = "GET";
    request.target = *http::parse_target(path);
    request.headers.add("X-User", "baker");
    request.received = bakery.whole.clock.now();
    std::promise<std::size_t> running;
    bakery.whole.server.service().serve(std::move(request), [&](const http::Response&) {
      running.set_value(bakery.whole.server.running_requests());
    });
    CHECK(running.get_future().get() == 0);
  }
}
