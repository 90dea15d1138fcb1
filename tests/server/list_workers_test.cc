// A large list whose hook blocks, before a whole server with one IO thread.
#include "annex/annex.h"
#include "annex/json/read.h"
#include "tests/server/whole_server.h"
#include "tests/transport/http2_client.h"

using namespace annex;
using transport::test::Http2Client;

namespace {

constexpr int kLoaves = 300;
constexpr std::size_t kLoafBytes = 5000;

/// Holds whoever comes to it while it is closed.
struct Gate {
  void pass() {
    const util::MutexLock lock(mutex);
    held = !open;
    while (!open) changed.wait(mutex);
    held = false;
  }
  bool holds_somebody() {
    const util::MutexLock lock(mutex);
    return held;
  }
  void open_it() {
    const util::MutexLock lock(mutex);
    open = true;
    changed.notify_all();
  }

  util::Mutex mutex;
  util::CondVar changed;
  bool open ANNEX_GUARDED_BY(mutex) = false;
  bool held ANNEX_GUARDED_BY(mutex) = false;
};

struct Loaf {
  meta::ObjectMeta metadata{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "Standard metadata.");
  }
};

/// Shows the last loaf only once the gate is open.
struct Hooks {
  std::shared_ptr<Gate> gate;
  std::vector<Column<Loaf>> columns() const {
    return {{"Weight", "integer", "In grams.", [gate = gate](const Loaf& loaf) {
               if (loaf.metadata.name == "last") gate->pass();
               return json::Value(500);
             }}};
  }
};

struct Bakery {
  ~Bakery() { gate->open_it(); }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  test::WholeServer whole{[this](Server& server) {
                            server.group("bakery.example.com")
                                .resource<Loaf>("loaves", "Loaf", Hooks{gate})
                                .version("v1");
                          },
                          {},
                          [](transport::ListenerOptions& listening) { listening.io_threads = 1; }};
};

const std::string kPath = "/apis/bakery.example.com/v1/namespaces/default/loaves";

void create(Http2Client& client, const std::string& name) {
  const std::string body =
      R"({"apiVersion":"bakery.example.com/v1","kind":"Loaf","metadata":{"name":")" + name +
      R"(","annotations":{"padding":")" + std::string(kLoafBytes, 'p') + "\"}}}";
  const auto id = client.request(kPath, &body, "POST", {{"content-type", "application/json"}});
  REQUIRE(client.finish(id));
  REQUIRE(client.status[id] == "201");
}

std::int32_t list(Http2Client& client) {
  const auto id = client.request(kPath + "?includeObject=Object", nullptr, "GET",
                                 {{"accept", "application/json;as=Table;g=meta.k8s.io;v=v1"}});
  client.flush();
  return id;
}

/// Reads what comes, with an object now and then, lest the client wait for what is held.
void read_until_held(Bakery& bakery, Http2Client& client) {
  while (!bakery.gate->holds_somebody()) {
    REQUIRE(client.finish(client.request(kPath + "/a1")));
  }
}

/// Begins a list of many loaves, whose hook blocks at the last one.
std::int32_t list_until_held(Bakery& bakery, Http2Client& client) {
  for (int i = 0; i < kLoaves; ++i) create(client, "a" + std::to_string(i));
  create(client, "last");
  const auto id = list(client);
  read_until_held(bakery, client);
  return id;
}

}  // namespace

TEST_CASE("a hook that blocks in the midst of a large list holds up that list alone") {
  Bakery bakery;
  Http2Client client(*bakery.whole.listener, 1U << 24U);
  const auto id = list_until_held(bakery, client);
  const auto other = client.request(kPath + "/a1");
  REQUIRE(client.finish(other));
  CHECK(client.status[other] == "200");
  CHECK(client.closed.count(id) == 0);
  bakery.gate->open_it();
  REQUIRE(client.finish(id));
  CHECK(client.closed[id] == NGHTTP2_NO_ERROR);
  const auto table = json::parse(client.body[id]);
  REQUIRE(table);
  CHECK(table->find("rows")->as_array().size() == kLoaves + 1);
}

TEST_CASE("a large list that is given up while its hook blocks ends with its server") {
  Bakery bakery;
  Http2Client client(*bakery.whole.listener, 1U << 24U);
  const auto id = list_until_held(bakery, client);
  client.reset(id);
  const auto other = client.request(kPath + "/a1");
  REQUIRE(client.finish(other));
  CHECK(client.status[other] == "200");
}
