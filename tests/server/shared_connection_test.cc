// Many users on one HTTP/2 connection, as an aggregator brings them, before a whole server.
#include <algorithm>

#include "annex/annex.h"
#include "tests/server/whole_server.h"
#include "tests/transport/http2_client.h"

using namespace annex;
using transport::test::Http2Client;

namespace {

struct Loaf {
  meta::ObjectMeta metadata{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard metadata.");
  }
};

/// Holds every creation until it is opened, and writes down in which order they came to it.
struct Gate {
  void pass(const std::string& name) {
    const util::MutexLock lock(mutex);
    order.push_back(name);
    changed.notify_all();
    while (!open) changed.wait_for(mutex, std::chrono::seconds(1));
  }
  bool wait_for(std::size_t count) {
    const util::MutexLock lock(mutex);
    for (int i = 0; i < 60 && order.size() < count; ++i) {
      changed.wait_for(mutex, std::chrono::seconds(1));
    }
    return order.size() >= count;
  }
  std::vector<std::string> passed() {
    const util::MutexLock lock(mutex);
    return order;
  }
  void open_it() {
    const util::MutexLock lock(mutex);
    open = true;
    changed.notify_all();
  }

  util::Mutex mutex;
  util::CondVar changed;
  bool open ANNEX_GUARDED_BY(mutex) = false;
  std::vector<std::string> order ANNEX_GUARDED_BY(mutex);
};

struct Hooks {
  std::shared_ptr<Gate> gate;
  Result<void> admit(Operation, Loaf* loaf, const Loaf*) const {
    gate->pass(loaf->metadata.name);
    return {};
  }
};

/// A server whose hook waits at a gate.
struct Bakery {
  explicit Bakery(ServerOptions options)
      : whole(
            [this](Server& server) {
              server.group("bakery.example.com")
                  .resource<Loaf>("loaves", "Loaf", Hooks{gate})
                  .version("v1");
            },
            std::move(options)) {}
  ~Bakery() { gate->open_it(); }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  test::WholeServer whole;
};

std::int32_t create(Http2Client& client, const std::string& user, const std::string& name) {
  const std::string body =
      R"({"apiVersion":"bakery.example.com/v1","kind":"Loaf","metadata":{"name":")" + name +
      R"("}})";
  const auto id = client.request("/apis/bakery.example.com/v1/namespaces/default/loaves", &body,
                                 "POST", {{"x-user", user}, {"content-type", "application/json"}});
  client.flush();
  return id;
}

}  // namespace

TEST_CASE("one user's flood over a shared connection does not starve another") {
  ServerOptions options;
  options.worker_threads = 2;
  options.max_mutating_requests_inflight = 100;
  Bakery bakery(std::move(options));
  Http2Client client(*bakery.whole.listener);
  std::vector<std::int32_t> flood;
  for (int i = 0; i < 150; ++i) flood.push_back(create(client, "greedy", "g" + std::to_string(i)));
  // Both workers are held, and 50 of the flood are above the limit.
  REQUIRE(bakery.gate->wait_for(2));
  const auto refused = [&] {
    return std::count_if(flood.begin(), flood.end(),
                         [&](std::int32_t id) { return client.status[id] == "429"; });
  };
  REQUIRE(client.run_until([&] { return refused() == 50; }));
  const auto modest = create(client, "modest", "m");
  // It takes a place of the one who has most of them.
  REQUIRE(client.run_until([&] { return refused() == 51; }));
  bakery.gate->open_it();
  REQUIRE(client.finish(modest));
  CHECK(client.status[modest] == "201");
  REQUIRE(client.run_until([&] { return client.closed.size() == 151; }));
  const std::vector<std::string> order = bakery.gate->passed();
  // Behind the two that ran already and at most as many of the flood.
  CHECK(std::find(order.begin(), order.end(), "m") - order.begin() <= 4);
  CHECK(order.size() == 100);
}

TEST_CASE("a request in so many is answered with a GOAWAY, where that is wanted") {
  ServerOptions options;
  options.goaway_chance = 0.02;
  Bakery bakery(std::move(options));
  Http2Client client(*bakery.whole.listener);
  int asked = 0;
  while (!client.goaway && asked < 5000) {
    const auto id = client.request("/version", nullptr, "GET", {{"x-user", "somebody"}});
    ++asked;
    REQUIRE(client.finish(id));
    REQUIRE(client.status[id] == "200");
  }
  CHECK(client.goaway == NGHTTP2_NO_ERROR);
  CHECK(asked > 1);
}

TEST_CASE("without a chance there is no GOAWAY") {
  Bakery bakery(ServerOptions{});
  Http2Client client(*bakery.whole.listener);
  for (int i = 0; i < 500; ++i) {
    REQUIRE(client.finish(client.request("/version", nullptr, "GET", {{"x-user", "somebody"}})));
  }
  CHECK_FALSE(client.goaway);
}
