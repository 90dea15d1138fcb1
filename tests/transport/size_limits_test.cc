// Every limit in size and in number.
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "tests/transport/http2_client.h"

using namespace annex;
using namespace annex::transport::test;
using namespace std::chrono_literals;

namespace {

std::string post(std::size_t length) {
  return "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

/// Takes all descriptors that are left, until it dies.
class Scarcity {
 public:
  Scarcity() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &low);
    for (int taken; (taken = ::dup(0)) >= 0;) taken_.push_back(taken);
  }
  ~Scarcity() {
    for (const int taken : taken_) ::close(taken);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  Scarcity(const Scarcity&) = delete;
  Scarcity& operator=(const Scarcity&) = delete;

  void give_back(int count) {
    while (count-- > 0) {
      ::close(taken_.back());
      taken_.pop_back();
    }
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

/// Waits for the server's thread to have warned so often.
bool warned(const Fixture& fixture, int times) {
  for (int i = 0; i < 60000 && fixture.logger.warnings < times; ++i) {
    std::this_thread::sleep_for(1ms);
  }
  return fixture.logger.warnings == times;
}

}  // namespace

TEST_CASE("heads that are too large or have too many lines get 431") {
  transport::Limits limits;
  limits.header_bytes = 20000;
  limits.header_fields = 50;
  Fixture fixture(limits);
  const std::string get = "GET /echo HTTP/1.1\r\nHost: h\r\n";
  std::string many;
  for (int i = 0; i < 50; ++i) many += "X: y\r\n";
  for (const std::string& head : {get + "X: " + std::string(20000, 'x') + "\r\n\r\n",
                                  get + many + "\r\n", get + "X: " + std::string(20100, 'x')}) {
    Client client(fixture);
    client.send(head);
    CHECK(client.receive_all().find("HTTP/1.1 431 ") == 0);
  }
  Http2Client client(fixture);
  std::vector<std::pair<std::string, std::string>> fields(51, {"x", "y"});
  const auto numerous = client.request("/echo", nullptr, "GET", fields);
  fields.assign(5, {"x", std::string(4000, 'x')});
  const auto large = client.request("/echo", nullptr, "GET", fields);
  fields.assign(4, {"x", std::string(4000, 'x')});
  const auto fitting = client.request("/echo", nullptr, "GET", fields);
  REQUIRE(client.finish(numerous));
  REQUIRE(client.finish(large));
  REQUIRE(client.finish(fitting));
  CHECK(client.status[numerous] == "431");
  CHECK(client.status[large] == "431");
  CHECK(client.status[fitting] == "200");
  CHECK(fixture.service.served == 1);
}

TEST_CASE("h2: streams above the limit are refused, the others are served") {
  transport::Limits limits;
  limits.concurrent_streams = 3;
  Fixture fixture(limits);
  Client client(fixture, "h2");
  std::string heads = preface();
  for (std::int32_t id = 1; id <= 9; id += 2) {
    heads += frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, id,
                   header_block("GET", "/hold"));
  }
  client.send(heads);
  const std::string refused = frame(NGHTTP2_RST_STREAM, 0, 9, std::string("\0\0\0\7", 4));
  CHECK(client.receive_until(refused).find(refused) != std::string::npos);
  REQUIRE(fixture.service.wait_held(3));
  CHECK(fixture.service.served == 3);
}

TEST_CASE("connections above the limit are closed at once, and their places are given on") {
  transport::Limits limits;
  limits.connections = 3;
  Fixture fixture(limits);
  {
    Client one(fixture);
    Client two(fixture);
    Client three(fixture);
    REQUIRE(three.works());
    const int fourth = connect_to(fixture);
    CHECK(closed_by_peer(fourth));
    ::close(fourth);
    CHECK(one.works());
    CHECK(fixture.listener->connections() == 3);
  }
  // The places are free once the server has seen its peers go.
  for (bool served = false; !served;) {
    const int socket = connect_to(fixture);
    REQUIRE(::send(socket, "\x16\x03\x01\x02\x00\x01\x00", 7, MSG_NOSIGNAL) == 7);
    pollfd event{socket, POLLIN | POLLRDHUP, 0};
    served = ::poll(&event, 1, 100) == 0;
    ::close(socket);
  }
}

TEST_CASE("a limit for each address holds where it is set") {
  transport::Limits limits;
  limits.connections_of_one_address = 2;
  Fixture fixture(limits);
  Client one(fixture);
  Client two(fixture);
  REQUIRE(two.works());
  const int third = connect_to(fixture);
  CHECK(closed_by_peer(third));
  ::close(third);
  CHECK(one.works());
}

TEST_CASE("the bytes of all requests share a budget; small requests need none of it") {
  transport::Limits limits;
  limits.request_bytes = 300000;
  Fixture fixture(limits);
  const std::string large(200000, 'b');
  Client first(fixture);
  first.send(post(large.size() + 1) + large);
  // The first holds its share once its bytes are read: until then a second one may pass.
  bool refused = false;
  for (int i = 0; i < 1000 && !refused; ++i) {
    Client second(fixture);
    second.send(post(large.size()) + large);
    refused = second.receive_until("\r\n\r\n").find("HTTP/1.1 429 ") == 0;
  }
  CHECK(refused);
  Http2Client client(fixture);
  const auto upload = client.request("/echo", &large, "POST");
  REQUIRE(client.finish(upload));
  CHECK(client.status[upload] == "429");
  const auto small = client.request("/echo");
  REQUIRE(client.finish(small));
  CHECK(client.status[small] == "200");
  Client other(fixture);
  CHECK(other.works());

  first.send("!");
  CHECK(first.receive_until("!").find("HTTP/1.1 200 ") == 0);
  const auto again = client.request("/echo", &large, "POST");
  REQUIRE(client.finish(again));
  CHECK(client.status[again] == "200");
}

TEST_CASE("a request counts against the budget until it is answered") {
  transport::Limits limits;
  limits.request_bytes = 300000;
  Fixture fixture(limits);
  const std::string large(200000, 'b');
  Http2Client holder(fixture);
  const auto held = holder.request("/hold", &large, "POST");
  REQUIRE(holder.send_upload());
  REQUIRE(fixture.service.wait_held(1));
  Http2Client client(fixture);
  const auto refused = client.request("/echo", &large, "POST");
  REQUIRE(client.finish(refused));
  CHECK(client.status[refused] == "429");
  fixture.service.release();
  REQUIRE(holder.finish(held));
  const auto served = client.request("/echo", &large, "POST");
  REQUIRE(client.finish(served));
  CHECK(client.status[served] == "200");
}

TEST_CASE("what is ready waits in the source, not in the server, while nobody takes it") {
  transport::Limits limits;
  limits.output_high_water = 10000;
  Fixture fixture(limits, 1);
  Http2Client client(fixture, 0);
  const auto endless = client.request("/endless");
  REQUIRE(client.run_until([&] { return client.status.count(endless) > 0; }));
  client.allow(endless, 1000);
  REQUIRE(client.run_until([&] { return client.body[endless].size() == 1000; }));
  // A source is asked for one frame at most beyond what the window takes.
  CHECK(fixture.service.endless.pulled() <= 1000 + 16384);
}

TEST_CASE("h1: what waits for the socket is bounded") {
  Fixture fixture(transport::Limits{}, 1);
  Client deaf(fixture, "http/1.1", false, 4096);
  deaf.send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(deaf.receive().find("HTTP/1.1 200 ") == 0);
  Client other(fixture);
  for (int i = 0; i < 20; ++i) REQUIRE(other.works());
  // The kernel's buffers hold some MiB, the server itself 64 KiB.
  CHECK(fixture.service.endless.pulled() < (64U << 20));
}

TEST_CASE("h1: what is read ahead of an unfinished answer is bounded") {
  transport::Limits limits;
  limits.pipelined_bytes = 10000;
  Fixture fixture(limits, 1);
  Client client(fixture, "http/1.1", false, 4096);
  client.send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(fixture.service.wait_held(1));
  client.set_blocking(false);
  const std::string ahead(16000, ' ');
  std::size_t sent = 0;
  // The sockets' buffers fill first; they hold a few MiB. The one thread of the server would read
  // on before it answers another connection.
  Client other(fixture);
  for (int refused = 0; sent < (64U << 20) && refused < 500;) {
    if (client.send(ahead)) {
      sent += ahead.size();
      refused = 0;
    } else {
      ++refused;
      REQUIRE(other.works());
    }
  }
  CHECK(sent < (64U << 20));
}

TEST_CASE("a lack of descriptors does not make the server spin, and ends") {
  Fixture fixture(transport::Limits{}, 1);
  Client before(fixture);
  REQUIRE(before.works());
  // UBSan looks at the memory of a type that it sees for the first time by way of a pipe, which
  // there will be none for: what is checked below is seen here.
  static_cast<util::Logger&>(fixture.logger).warning("none of the server's");
  CHECK(fixture.logger.warnings == 1);
  Scarcity scarcity;
  scarcity.give_back(1);
  const int waiting = connect_to(fixture);
  REQUIRE(warned(fixture, 2));
  // The clock stands still, so the server has looked once and looks away.
  for (int round = 0; round < 20; ++round) REQUIRE(before.works());
  CHECK(fixture.logger.warnings == 2);
  fixture.clock.advance(100ms);
  REQUIRE(warned(fixture, 3));
  scarcity.give_back(10);
  fixture.clock.advance(100ms);
  ::close(waiting);
  Client after(fixture);
  CHECK(after.works());
  CHECK(fixture.logger.warnings == 3);
}
