// What is around a server: its store, its cluster, its socket.
#include <annex/testing/difference.h>
#include <annex/testing/fake_kubernetes.h>
#include <annex/testing/faulty_store.h>
#include <annex/testing/fixture.h>
#include <annex/testing/socket_fixture.h>

#include "bakery.h"
#include "expect.h"

using annex::testing::Faults;
using annex::testing::status_difference;

namespace {

const std::string kLoaves = "/apis/bakery.example.com/v1/namespaces/default/loaves";
const std::string kRye = R"({"metadata":{"name":"rye"},"spec":{"flour":"rye"}})";
const annex::testing::Fixture::Headers kJson = {{"Content-Type", "application/json"}};

}  // namespace

void test_faults() {
  bakery::Ovens ovens;
  annex::Server server("bakery");
  bakery::describe_server(server, ovens);
  const auto faults = std::make_shared<Faults>();
  server.store(annex::testing::faulty_memory_store(faults));
  annex::testing::Fixture fixture(server,
                                  [](annex::ServerOptions& options) { options.store = "faulty"; });
  for (std::size_t nth = 1;; ++nth) {
    faults->fail(nth, Faults::When::kAfter);
    const auto made = fixture.send("POST", kLoaves, kRye, kJson);
    const bool failed = faults->has_failed();
    faults->fail(0, Faults::When::kBefore);
    const auto found = fixture.get(kLoaves + "/rye");
    expect(found.status() == 200 || made.status() >= 500, "what was answered is kept");
    if (found.status() == 200) fixture.send("DELETE", kLoaves + "/rye");
    if (!failed) break;
  }
}

void test_cluster() {
  bakery::Ovens ovens;
  annex::Server server("bakery");
  bakery::describe_server(server, ovens);
  annex::util::RealClock clock;
  annex::testing::FakeKubernetes kubernetes(clock);
  kubernetes.add_token("anna's", {"anna", "", {"bakers"}, {}});
  kubernetes.allow("bakers", "get", "loaves.bakery.example.com");
  annex::testing::Fixture fixture(server, [&](annex::ServerOptions& options) {
    options.authenticators.clear();
    kubernetes.delegate(options);
  });
  fixture.act_as({});
  const annex::testing::Fixture::Headers anna = {{"Authorization", "Bearer anna's"}};
  expect(fixture.get(kLoaves + "/rye", anna).status() == 404, "who may is let in");
  expect_none(status_difference(fixture.get(kLoaves, anna).json(), {.code = 403}),
              "who may not is kept out");
  expect_none(status_difference(fixture.get(kLoaves, {{"Authorization", "Bearer eve's"}}).json(),
                                {.code = 401}),
              "who is unknown is kept out");
}

void test_sockets() {
  bakery::Ovens ovens;
  annex::Server server("bakery");
  bakery::describe_server(server, ovens);
  annex::testing::SocketFixture fixture(server);
  expect(fixture.port() != 0, "it listens");
  expect(fixture.send("POST", kLoaves, kRye).status == 201, "it serves");
}
