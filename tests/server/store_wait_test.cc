// A store that takes its time, before a whole server with one worker.
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "annex/annex.h"
#include "annex/http/uri.h"
#include "annex/json/read.h"
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

/// Refuses, or fails, to delete one loaf; sees whether it is asked by two at once.
class Guard final : public admission::Plugin {
 public:
  std::string name() const override { return "Guard"; }
  bool handles(Operation operation) const override { return operation == Operation::kDelete; }
  Result<void> validate(const registry::Resource&, const HookContext& context, const json::Value*,
                        const json::Value*) const override {
    if (inside_.fetch_add(1) != 0) at_once = true;
    ++asked;
    std::this_thread::yield();
    inside_.fetch_sub(1);
    if (context.name != kept) return {};
    if (throws) throw std::runtime_error("bad");
    return admission::forbidden(context, nullptr, "it is for you");
  }

  std::string kept{};
  bool throws = false;
  mutable std::atomic<int> asked = 0;
  mutable std::atomic<bool> at_once = false;

 private:
  mutable std::atomic<int> inside_ = 0;
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
              server.admission(guard);
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

  void bake(Http2Client& client, int count) const {
    for (int i = 0; i < count; ++i) {
      const auto id = create(client, "l" + std::to_string(100 + i));
      REQUIRE(client.finish(id));
      REQUIRE(client.status[id] == "201");
    }
  }
  static std::int32_t send(Http2Client& client, const std::string& method) {
    const auto id = client.request(kLoaves, nullptr, method, {{"x-user", "baker"}});
    client.flush();
    return id;
  }
  /// Deletes all loaves, up to where so many deletions wait for the store.
  std::int32_t begin_removal(Http2Client& client, std::size_t waiting) const {
    hold->close();
    const auto id = send(client, "DELETE");
    REQUIRE(hold->wait_for(waiting));
    return id;
  }
  /// The loaves that are there: "l105 l106 ".
  static std::string left(Http2Client& client) {
    const auto id = send(client, "GET");
    REQUIRE(client.finish(id));
    const auto list = json::parse(client.body[id]);
    REQUIRE(list);
    INFO(client.body[id]);
    REQUIRE(client.status[id] == "200");
    std::string names;
    for (const json::Value& item : list->find("items")->as_array()) {
      names += item.at_string({"metadata", "name"}) + " ";
    }
    return names;
  }

  std::shared_ptr<test::Hold> hold = std::make_shared<test::Hold>();
  std::shared_ptr<Guard> guard = std::make_shared<Guard>();
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

TEST_CASE("deletions of a collection wait for their store together, and hold no worker") {
  Bakery bakery;
  Http2Client client(*bakery.whole.listener);
  bakery.bake(client, 40);
  const auto removal = bakery.begin_removal(client, 16);
  CHECK(Bakery::left(client).size() == 40 * 5);
  CHECK(bakery.hold->count() == 16);
  bakery.hold->release();
  REQUIRE(client.finish(removal));
  CHECK(client.status[removal] == "200");
  CHECK(bakery.guard->asked == 40);
  CHECK_FALSE(bakery.guard->at_once);
  CHECK(Bakery::left(client).empty());
}

TEST_CASE("a deletion that fails ends that of its collection: those begun before are done") {
  Bakery bakery;
  bakery.guard->kept = "l105";
  bakery.guard->throws = GENERATE(false, true);
  Http2Client client(*bakery.whole.listener);
  bakery.bake(client, 8);
  const auto removal = bakery.begin_removal(client, 5);
  bakery.hold->release();
  REQUIRE(client.finish(removal));
  CHECK(client.status[removal] == (bakery.guard->throws ? "500" : "403"));
  CHECK(Bakery::left(client) == "l105 l106 l107 ");
}

TEST_CASE("a collection whose store does not answer is told of at the limit for requests") {
  Bakery bakery;
  Http2Client client(*bakery.whole.listener);
  bakery.bake(client, 3);
  const auto removal = bakery.begin_removal(client, 3);
  bakery.whole.clock.advance(std::chrono::seconds(61));
  REQUIRE(client.finish(removal));
  CHECK(client.status[removal] == "504");
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
