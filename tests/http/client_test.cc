#include "http/client.h"

#include <catch2/catch.hpp>
#include <future>

#include "http/peer.h"
#include "tests/http/raw_server.h"
#include "tests/transport/fixture.h"

namespace http = annex::http;
namespace util = annex::util;
using annex::Reason;
using annex::Result;
using annex::transport::test::Fixture;
using http::test::RawServer;
using http::test::read_head;
using http::test::send_text;
using std::chrono::seconds;

namespace {

/// What a call on a thread of its own gives. Assertions are this thread's: Catch2 is not
/// synchronised.
template <typename Call>
auto elsewhere(Call call) {
  return std::async(std::launch::async, std::move(call));
}

std::unique_ptr<http::Client> client_for(Fixture& fixture, util::Clock& clock,
                                         http::ClientLimits limits = {},
                                         const std::function<void(http::Endpoint&)>& change = {}) {
  http::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = fixture.listener->port();
  endpoint.ca_pem = fixture.ca.certificate.pem();
  endpoint.certificate_pem = fixture.client.certificate.pem();
  endpoint.key_pem = fixture.client.key.pem();
  if (change) change(endpoint);
  auto client = http::Client::make(std::move(endpoint), limits, clock);
  REQUIRE(client);
  return std::move(*client);
}

std::unique_ptr<http::Client> raw_client(const RawServer& server, util::Clock& clock,
                                         http::ClientLimits limits = {}) {
  http::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = server.port();
  endpoint.tls = false;
  auto client = http::Client::make(std::move(endpoint), limits, clock);
  REQUIRE(client);
  return std::move(*client);
}

Result<http::Incoming> get(http::Client& client, util::Clock& clock, const std::string& target,
                           util::Duration limit = seconds(20)) {
  return client.call({"GET", target, {}, {}}, clock.now() + limit);
}

}  // namespace

TEST_CASE("calls share a kept connection and present the client's certificate") {
  Fixture fixture;
  const auto client = client_for(fixture, fixture.clock);
  for (int i = 0; i < 5; ++i) {
    const auto answer = client->call(
        {"POST", "/echo?x=%20y", {{"Content-Type", "a/b"}}, "body" + std::to_string(i)},
        fixture.clock.now() + seconds(20));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "POST /echo body" + std::to_string(i));
    CHECK(answer->headers.first("content-type") == "text/plain");
  }
  CHECK(fixture.service.chain_length == 1);
  CHECK(fixture.listener->connections() == 1);
  CHECK(client->kept() == 1);
  CHECK(get(*client, fixture.clock, "/nothing")->status == 404);
  CHECK(get(*client, fixture.clock, "/big")->body.size() == 3 << 20);
}

TEST_CASE("a server whose certificate does not hold is not spoken to") {
  Fixture fixture;
  util::RealClock real;  // by which the server's certificate ended long ago, or has not begun
  const auto other = annex::tls::make_ca("other", fixture.clock.wall_now() - seconds(60),
                                         fixture.clock.wall_now() + seconds(60));
  REQUIRE(other);
  const auto refused = [&](util::Clock& clock, const std::function<void(http::Endpoint&)>& change) {
    const auto client = client_for(fixture, clock, {}, change);
    const auto answer = get(*client, clock, "/echo");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reason == Reason::kServiceUnavailable);
    CHECK(answer.error().details.retry_after_seconds == 0);
    CHECK_THAT(answer.error().message, Catch::Contains("verify"));
  };
  refused(fixture.clock, [&](http::Endpoint& e) { e.ca_pem = other->certificate.pem(); });
  refused(fixture.clock, [](http::Endpoint& e) { e.ca_pem.clear(); });
  refused(fixture.clock, [](http::Endpoint& e) { e.server_name = "kubernetes.default.svc"; });
  refused(fixture.clock, [](http::Endpoint& e) { e.server_name = "127.0.0.2"; });
  refused(real, [](http::Endpoint&) {});
  CHECK(fixture.service.served == 0);

  const auto careless =
      client_for(fixture, real, {}, [](http::Endpoint& e) { e.skip_verify = true; });
  CHECK(get(*careless, real, "/echo"));
}

TEST_CASE("the name to be proved may differ from the address that is dialled") {
  Fixture fixture;
  const auto client = client_for(fixture, fixture.clock, {}, [](http::Endpoint& e) {
    e.host = "localhost";
    e.server_name = "127.0.0.1";
  });
  CHECK(get(*client, fixture.clock, "/echo"));
}

TEST_CASE("a deadline ends a call that is not answered, and the next one works") {
  Fixture fixture;
  const auto client = client_for(fixture, fixture.clock);
  auto late = elsewhere([&] { return get(*client, fixture.clock, "/hold", seconds(10)); });
  CHECK(fixture.service.wait_held(1));
  fixture.clock.advance(seconds(10));
  const auto answer = late.get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == Reason::kTimeout);
  fixture.service.release();
  CHECK(get(*client, fixture.clock, "/echo"));
}

TEST_CASE("stopping ends running calls and streams at once, and later ones") {
  Fixture fixture;
  const auto client = client_for(fixture, fixture.clock);
  const auto stopped = [](const Result<http::Incoming>& answer) {
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reason == Reason::kServiceUnavailable);
    CHECK_THAT(answer.error().message, Catch::Contains("stopped"));
  };
  auto call = elsewhere([&] { return get(*client, fixture.clock, "/hold"); });
  auto stream = elsewhere([&] {
    return client->stream({"GET", "/feed", {}, {}}, [](std::string_view) { return true; });
  });
  CHECK(fixture.service.wait_held(1));
  CHECK(fixture.service.feed.wait_open(1));
  client->stop();
  stopped(call.get());
  stopped(stream.get());
  stopped(get(*client, fixture.clock, "/echo"));
  fixture.service.release();
}

TEST_CASE("no more calls than allowed run at once; one that waits too long says so") {
  Fixture fixture;
  http::ClientLimits limits;
  limits.calls = 1;
  const auto client = client_for(fixture, fixture.clock, limits);
  auto first = elsewhere([&] { return get(*client, fixture.clock, "/hold", seconds(60)); });
  CHECK(fixture.service.wait_held(1));
  const util::TimePoint deadline = fixture.clock.now() + seconds(5);
  auto second = elsewhere([&] { return client->call({"GET", "/echo", {}, {}}, deadline); });
  fixture.clock.advance(seconds(6));
  const auto answer = second.get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == Reason::kTimeout);
  CHECK(fixture.service.served == 1);
  fixture.service.release();
  CHECK(first.get());
}

TEST_CASE("a stream gives its bytes as they come, and gives up after silence") {
  Fixture fixture;
  const auto client = client_for(fixture, fixture.clock);
  util::Mutex mutex;
  util::CondVar changed;
  std::string seen;
  bool ended = false;
  auto watcher = elsewhere([&] {
    auto answer = client->stream({"GET", "/feed", {}, {}}, [&](std::string_view bytes) {
      const util::MutexLock lock(mutex);
      seen += bytes;
      changed.notify_all();
      return true;
    });
    const util::MutexLock lock(mutex);
    ended = true;
    changed.notify_all();
    return answer;
  });
  const auto expect = [&](const std::string& text) {
    const util::MutexLock lock(mutex);
    while (seen != text) REQUIRE(changed.wait_for(mutex, seconds(30)));
  };
  CHECK(fixture.service.feed.wait_open(1));
  fixture.service.feed.push("a");
  expect("a");
  fixture.clock.advance(seconds(29));
  fixture.service.feed.push("b");
  expect("ab");
  fixture.clock.advance(seconds(29));
  fixture.service.feed.push("c");
  expect("abc");
  // The watcher's next wait may begin only after the clock was moved.
  for (bool done = false; !done;) {
    fixture.clock.advance(seconds(31));
    const util::MutexLock lock(mutex);
    if (!ended) changed.wait_for(mutex, std::chrono::milliseconds(20));
    done = ended;
  }
  const auto answer = watcher.get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == Reason::kTimeout);
}

TEST_CASE("a stream ends well when its reader has enough or the server ends it") {
  Fixture fixture;
  const auto client = client_for(fixture, fixture.clock);
  std::size_t got = 0;
  const auto enough = client->stream({"GET", "/endless", {}, {}}, [&](std::string_view bytes) {
    got += bytes.size();
    return got < 100000;
  });
  REQUIRE(enough);
  CHECK(enough->status == 200);
  CHECK(fixture.service.endless.wait_closed());

  fixture.service.feed.push("all");
  fixture.service.feed.end();
  std::string all;
  REQUIRE(client->stream({"GET", "/feed", {}, {}}, [&](std::string_view bytes) {
    all += bytes;
    return true;
  }));
  CHECK(all == "all");
  const auto missing =
      client->stream({"GET", "/none", {}, {}}, [](std::string_view) { return false; });
  REQUIRE(missing);
  CHECK(missing->status == 404);
  CHECK(missing->body == "none");
}

TEST_CASE("an answer that is too large is refused") {
  Fixture fixture;
  http::ClientLimits limits;
  limits.body_bytes = 1 << 20;
  const auto client = client_for(fixture, fixture.clock, limits);
  const auto answer = get(*client, fixture.clock, "/endless");
  REQUIRE_FALSE(answer);
  CHECK_THAT(answer.error().message, Catch::Contains("larger than 1048576"));
  CHECK(fixture.service.endless.wait_closed());
}

TEST_CASE("a refused connection is told at once, as one that is not worth repeating") {
  util::RealClock clock;
  std::unique_ptr<http::Client> client;
  {
    const RawServer gone([](int, int) {});
    client = raw_client(gone, clock);
  }
  const auto answer = get(*client, clock, "/");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == Reason::kServiceUnavailable);
  CHECK_THAT(answer.error().message, Catch::Contains("refused"));
  CHECK(answer.error().details.retry_after_seconds == 0);
}

TEST_CASE("a server that sends its answer drop by drop cannot outlast the deadline") {
  util::ManualClock clock;
  const std::string text =
      GENERATE(as<std::string>(),
               "HTTP/1.1 200 OK\r\nA: ", "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5");
  RawServer server([&](int socket, int) {
    read_head(socket);
    send_text(socket, text);
    // Each drop is followed by a second: reads never wait long, the whole call would.
    for (int drops = 0; drops < 20 && send_text(socket, "0"); ++drops) clock.advance(seconds(1));
    http::test::wait_closed(socket);
  });
  const auto client = raw_client(server, clock);
  const auto answer = get(*client, clock, "/", seconds(10));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == Reason::kTimeout);
}

TEST_CASE("a connection that breaks within an answer is an error worth repeating") {
  util::RealClock clock;
  const std::string part =
      GENERATE(as<std::string>(), "", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Le",
               "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n");
  RawServer server([&](int socket, int) {
    read_head(socket);
    send_text(socket, part);
  });
  const auto client = raw_client(server, clock);
  const auto answer = get(*client, clock, "/");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == Reason::kServiceUnavailable);
  CHECK(answer.error().details.retry_after_seconds > 0);
}

TEST_CASE("what is not HTTP, or is without bounds, is refused") {
  util::RealClock clock;
  const std::string text =
      GENERATE(std::string("SSH-2.0-x\r\n"), "HTTP/1.1 " + std::string(100000, '2') + "\r\n\r\n",
               std::string(100000, 'x'), "HTTP/1.1 200 " + std::string(100000, 'x') + "\r\n\r\n",
               "HTTP/1.1 200 OK\r\nA: " + std::string(100000, 'x') + "\r\n\r\n",
               std::string("HTTP/1.1 100 Continue\r\n\r\n"),
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(100000, '0'));
  RawServer server([&](int socket, int) {
    read_head(socket);
    if (send_text(socket, text)) http::test::wait_closed(socket);
  });
  const auto client = raw_client(server, clock);
  const auto answer = get(*client, clock, "/", seconds(30));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reason == Reason::kServiceUnavailable);
}

TEST_CASE("a kept connection that the server closed is not used again") {
  util::RealClock clock;
  RawServer server([](int socket, int) {
    read_head(socket);
    send_text(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const auto client = raw_client(server, clock);
  for (int i = 0; i < 10; ++i) CHECK(get(*client, clock, "/")->body == "ok");
  CHECK(server.accepted == 10);
}

TEST_CASE("a kept connection ends after its idle time, and where the answer says so") {
  util::ManualClock clock;
  RawServer server([](int socket, int number) {
    const std::string extra = number == 0 ? "Connection: close\r\n" : "";
    while (!read_head(socket).empty()) {
      send_text(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + extra + "\r\nok");
    }
  });
  const auto client = raw_client(server, clock);
  CHECK(get(*client, clock, "/"));
  CHECK(client->kept() == 0);
  CHECK(get(*client, clock, "/"));
  CHECK(get(*client, clock, "/"));
  CHECK(server.accepted == 2);
  clock.advance(seconds(91));
  CHECK(get(*client, clock, "/"));
  CHECK(server.accepted == 3);
  client->stop();
}

TEST_CASE("nothing that a caller passes can end a line of the request") {
  util::RealClock clock;
  RawServer server([](int, int) {});
  const auto client = raw_client(server, clock);
  CHECK(get(*client, clock, "/a\r\nX: y").error().reason == Reason::kBadRequest);
  CHECK(get(*client, clock, "/a b").error().reason == Reason::kBadRequest);
  CHECK(client->call({"GET", "/", {{"Authorization", "Bearer a\nb"}}, {}}, clock.now() + seconds(1))
            .error()
            .reason == Reason::kBadRequest);
  CHECK(server.accepted == 0);
}

TEST_CASE("whom one meets can be seen before it is trusted") {
  Fixture fixture;
  util::RealClock clock;
  http::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = fixture.listener->port();
  endpoint.server_name = "bakery.ovens.svc";
  const auto chain = http::shown_chain(endpoint, clock.now() + seconds(20), clock);
  REQUIRE(chain);
  REQUIRE_FALSE(chain->empty());
  const auto leaf = annex::tls::Certificate::from_der(chain->front());
  REQUIRE(leaf);
  const auto pool = annex::tls::CaPool::from_pem(fixture.ca.certificate.pem());
  CHECK(pool->verify({leaf->der()}, annex::tls::Usage::kServer, fixture.clock.wall_now()));
  CHECK(fixture.service.served == 0);

  const RawServer plain([](int socket, int) { send_text(socket, "SSH-2.0-x\r\n"); });
  endpoint.port = plain.port();
  const auto other = http::shown_chain(endpoint, clock.now() + seconds(20), clock);
  REQUIRE_FALSE(other);
  CHECK_THAT(other.error().message, Catch::StartsWith("tls: "));
}
