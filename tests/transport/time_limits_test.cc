// Every limit in time, by a clock that stands still until it is told. One IO thread: what another
// client's request comes after has been done.
#include <sys/socket.h>
#include <unistd.h>

#include "tests/transport/http2_client.h"

using namespace annex;
using namespace annex::transport::test;
using namespace std::chrono_literals;

namespace {

const transport::Limits kDefaults;

}  // namespace

TEST_CASE("a handshake that does not get on is ended after 10 s") {
  Fixture fixture(kDefaults, 1);
  const int silent = connect_to(fixture);
  const int half = connect_to(fixture);
  // The beginning of a ClientHello.
  REQUIRE(::send(half, "\x16\x03\x01\x02\x00\x01\x00", 7, 0) == 7);
  Client other(fixture);
  fixture.clock.advance(9900ms);
  REQUIRE(other.works());
  CHECK(fixture.listener->connections() == 3);
  fixture.clock.advance(100ms);
  CHECK(closed_by_peer(silent));
  CHECK(closed_by_peer(half));
  CHECK(other.works());
  ::close(silent);
  ::close(half);
}

TEST_CASE("HTTP/2 without its preface is ended after 10 s") {
  Fixture fixture(kDefaults, 1);
  Client silent(fixture, "h2");
  Client half(fixture, "h2");
  half.send(preface().substr(0, 26));
  Client other(fixture);
  REQUIRE(other.works());
  fixture.clock.advance(9900ms);
  REQUIRE(other.works());
  CHECK(fixture.listener->connections() == 3);
  fixture.clock.advance(100ms);
  CHECK(goaway_at_end(silent) == NGHTTP2_SETTINGS_TIMEOUT);
  CHECK(goaway_at_end(half) == NGHTTP2_SETTINGS_TIMEOUT);
}

TEST_CASE("an unfinished head is ended after 32 s, however it dribbles") {
  Fixture fixture(kDefaults, 1);
  Client one(fixture);
  one.send("GET / HTTP/1.1\r\n");
  Client two(fixture, "h2");
  two.send(preface() +
           frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, 1, header_block("GET", "/echo")));
  Client other(fixture);
  REQUIRE(other.works());
  fixture.clock.advance(20s);
  one.send("Host: h\r\n");
  two.send(frame(NGHTTP2_CONTINUATION, 0, 1, std::string("\0\1x\1y", 5)));
  REQUIRE(other.works());
  fixture.clock.advance(11900ms);
  REQUIRE(other.works());
  CHECK(fixture.listener->connections() == 3);
  fixture.clock.advance(100ms);
  CHECK(one.receive_all().find("HTTP/1.1 408 ") == 0);
  CHECK(goaway_at_end(two) == NGHTTP2_ENHANCE_YOUR_CALM);
  CHECK(fixture.service.served == 3);
}

TEST_CASE("a body that stalls is refused after 30 s, one that gets on is not") {
  Fixture fixture(kDefaults, 1);
  const std::string head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na";
  Client stalled(fixture);
  stalled.send(head);
  Client slow(fixture);
  slow.send(head);
  Client stalled2(fixture, "h2");
  const std::string opened = preface() + frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1,
                                               header_block("POST", "/echo"));
  stalled2.send(opened);
  Client slow2(fixture, "h2");
  slow2.send(opened);
  Client other(fixture);
  REQUIRE(other.works());
  fixture.clock.advance(29900ms);
  slow.send("b");
  slow2.send(frame(NGHTTP2_DATA, 0, 1, "b"));
  REQUIRE(other.works());
  CHECK(fixture.service.served == 2);
  fixture.clock.advance(29s);
  CHECK(stalled.receive_all().find("HTTP/1.1 408 ") == 0);
  slow.send("c");
  CHECK(slow.receive_until("abc").find("HTTP/1.1 200 ") == 0);
  slow2.send(frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, "c"));
  CHECK(slow2.receive_until("POST /echo bc").find("POST /echo bc") != std::string::npos);
  CHECK(stalled2.receive_until("stopped arriving").find("stopped arriving") != std::string::npos);
}

TEST_CASE("a peer that takes nothing is cut off, one that takes a little is not") {
  Fixture fixture(kDefaults, 1);
  const std::string request = "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n";
  {
    Client other(fixture);
    Client slow(fixture, "http/1.1", false, 4096);
    slow.send(request);
    for (int i = 0; i < 3; ++i) {
      // More than the socket's buffers hold, so that the server got on.
      for (std::size_t taken = 0; taken < (8U << 20);) {
        const std::size_t size = slow.receive().size();
        REQUIRE(size > 0);
        taken += size;
      }
      fixture.clock.advance(20s);
      // What it wrote while its thread did not yet know of the new time counts for the old.
      REQUIRE(other.works());
    }
  }
  CHECK(fixture.service.endless.wait_closed());
  Client deaf(fixture, "http/1.1", false, 4096);
  deaf.send(request);
  REQUIRE(deaf.receive().find("HTTP/1.1 200 ") == 0);
  // The server first fills the buffers of both sockets; how long that takes only it knows.
  bool cut = false;
  for (int i = 0; i < 50 && !cut; ++i) {
    fixture.clock.advance(30s);
    cut = fixture.service.endless.wait_closed(200ms);
  }
  CHECK(cut);
}

TEST_CASE("h2: a stream whose window stays shut is reset after 30 s, its connection lives") {
  Fixture fixture(kDefaults, 1);
  Http2Client client(fixture, 0);
  const auto shut = client.request("/big");
  const auto dribbling = client.request("/big");
  const auto open = client.request("/big");
  REQUIRE(client.run_until([&] { return client.status.size() == 3; }));
  for (int i = 0; i < 3; ++i) {
    fixture.clock.advance(9900ms);
    client.allow(dribbling, 1);
    client.allow(open, 20000);
    REQUIRE(client.run_until(
        [&, i] { return client.body[open].size() == 20000U * (static_cast<unsigned>(i) + 1); }));
  }
  CHECK(client.closed.empty());
  fixture.clock.advance(300ms);
  REQUIRE(client.finish(shut));
  CHECK(client.closed[shut] == NGHTTP2_ENHANCE_YOUR_CALM);
  REQUIRE(client.finish(dribbling));
  CHECK(client.closed[dribbling] == NGHTTP2_ENHANCE_YOUR_CALM);
  CHECK(client.closed.count(open) == 0);
  const auto after = client.request("/echo", nullptr, "HEAD");
  REQUIRE(client.finish(after));
  CHECK(client.status[after] == "200");
}

TEST_CASE("h2: a connection whose window stays shut is ended after 30 s") {
  Fixture fixture(kDefaults, 1);
  Client client(fixture, "h2");
  // The streams' windows are open wide, the connection's has its first 64 KiB.
  client.send(preface() + frame(NGHTTP2_SETTINGS, 0, 0, std::string("\0\4\x7f\xff\xff\xff", 6)) +
              frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1,
                    header_block("GET", "/big")));
  std::string taken;
  while (taken.size() < 65535) {
    const std::string piece = client.receive();
    REQUIRE(!piece.empty());
    taken += piece;
  }
  Client other(fixture);
  fixture.clock.advance(29900ms);
  REQUIRE(other.works());
  CHECK(fixture.listener->connections() == 2);
  fixture.clock.advance(100ms);
  CHECK(goaway_at_end(client, taken) == NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST_CASE("h2: a watch that waits is not taken for a stalled one") {
  Fixture fixture(kDefaults, 1);
  Http2Client client(fixture);
  const auto watch = client.request("/feed");
  REQUIRE(client.run_until([&] { return client.status.count(watch) > 0; }));
  fixture.clock.advance(1h);
  fixture.service.feed.push("event");
  REQUIRE(client.run_until([&] { return client.body[watch] == "event"; }));
}

TEST_CASE("idle connections are ended after 90 s, silently or with a GOAWAY") {
  Fixture fixture(kDefaults, 1);
  Client one(fixture);
  REQUIRE(one.works());
  Http2Client two(fixture);
  REQUIRE(two.finish(two.request("/echo")));
  Client watching(fixture);
  watching.send("GET /feed HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(fixture.service.feed.wait_open(1));
  fixture.clock.advance(89900ms);
  Client other(fixture);
  REQUIRE(other.works());
  CHECK(fixture.listener->connections() == 4);
  fixture.clock.advance(100ms);
  CHECK(one.receive_all().empty());
  CHECK(two.ended());
  CHECK(two.goaway == NGHTTP2_NO_ERROR);
  fixture.service.feed.push("still there");
  CHECK(watching.receive_until("still there").find("still there") != std::string::npos);
}

TEST_CASE("an old connection is drained where an age is set, and its answers are finished") {
  transport::Limits limits;
  limits.connection_age = 60s;
  limits.idle_time = 1h;
  Fixture fixture(limits, 1);
  Http2Client two(fixture);
  const auto held = two.request("/hold");
  two.flush();
  REQUIRE(fixture.service.wait_held(1));
  Client one(fixture);
  REQUIRE(one.works());
  fixture.clock.advance(59900ms);
  REQUIRE(one.works());
  CHECK_FALSE(two.goaway);
  // The age and an eighth of it.
  fixture.clock.advance(7600ms);
  REQUIRE(two.run_until([&] { return two.goaway.has_value(); }));
  // An idle one is told with its next answer: closed before, that request would have failed.
  one.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(one.receive_all().find("Connection: close") != std::string::npos);
  CHECK(two.goaway == NGHTTP2_NO_ERROR);
  fixture.clock.advance(1s);
  fixture.service.release();
  REQUIRE(two.finish(held));
  CHECK(two.body[held] == "released");
  CHECK(two.ended());
}
