// Frames that cost their sender nothing: each kind ends its connection, and only that.
#include "tests/transport/http2_client.h"

using namespace annex;
using namespace annex::transport::test;

namespace {

const std::uint8_t kWhole = NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM;

std::string open_stream(std::int32_t id, std::string_view path, std::uint8_t flags = kWhole) {
  return frame(NGHTTP2_HEADERS, flags, id, header_block("GET", path));
}

/// Sends `first`, then as many of `repeated` as it takes, 1,000,000 at most: the code with which
/// the server ends the connection.
std::optional<std::uint32_t> flood(const Fixture& fixture, const std::string& first,
                                   const std::string& repeated) {
  Client client(fixture, "h2");
  client.send(preface() + first);
  std::string many;
  while (many.size() < 16000) many += repeated;
  for (std::size_t sent = 0; sent < 1000000; sent += many.size() / repeated.size()) {
    if (!client.send(many)) break;
  }
  return goaway_at_end(client);
}

}  // namespace

TEST_CASE("h2: floods of frames that carry nothing end the connection") {
  const std::string zero(8, '\0');
  struct Case {
    const char* name;
    std::string first;
    std::string repeated;
  };
  const std::string uploading = open_stream(1, "/echo", NGHTTP2_FLAG_END_HEADERS);
  const Case flooding = GENERATE_COPY(
      Case{"PING", "", frame(NGHTTP2_PING, 0, 0, zero)},
      Case{"PING acknowledged", "", frame(NGHTTP2_PING, NGHTTP2_FLAG_ACK, 0, zero)},
      Case{"SETTINGS", "", frame(NGHTTP2_SETTINGS, 0, 0, "")},
      Case{"PRIORITY", "", frame(NGHTTP2_PRIORITY, 0, 3, std::string("\0\0\0\0\1", 5))},
      Case{"WINDOW_UPDATE", "", frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\0\0\0\1", 4))},
      Case{"WINDOW_UPDATE of a stream", uploading,
           frame(NGHTTP2_WINDOW_UPDATE, 0, 1, std::string("\0\0\0\1", 4))},
      Case{"empty DATA", uploading, frame(NGHTTP2_DATA, 0, 1, "")});
  INFO(flooding.name);
  Fixture fixture;
  CHECK(flood(fixture, flooding.first, flooding.repeated) == NGHTTP2_ENHANCE_YOUR_CALM);
  Client other(fixture);
  CHECK(other.works());
}

TEST_CASE("h2: a head without end ends the connection") {
  Fixture fixture;
  const std::string head =
      frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_STREAM, 1, header_block("GET", "/"));
  const std::string repeated =
      GENERATE(frame(NGHTTP2_CONTINUATION, 0, 1, ""),
               frame(NGHTTP2_CONTINUATION, 0, 1, std::string("\0\1x\1y", 5)));
  CHECK(flood(fixture, head, repeated).has_value());
  CHECK(fixture.service.served == 0);
}

TEST_CASE("h2: a priority of the connection itself is a fault") {
  Fixture fixture;
  Client client(fixture, "h2");
  client.send(preface() + frame(NGHTTP2_PRIORITY, 0, 0, std::string("\0\0\0\1\1", 5)));
  CHECK(goaway_at_end(client) == NGHTTP2_PROTOCOL_ERROR);
}

TEST_CASE("h2: what a busy client sends is no flood") {
  Fixture fixture;
  Client client(fixture, "h2");
  std::string some = preface();
  for (int i = 0; i < 500; ++i) some += frame(NGHTTP2_PING, 0, 0, "12345678");
  for (int i = 0; i < 99; ++i)
    some += frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\0\0\0\1", 4));
  client.send(some + open_stream(1, "/echo"));
  CHECK(client.receive_until("GET /echo").find("GET /echo") != std::string::npos);
}

TEST_CASE("h2: allowances grow again with time") {
  Fixture fixture;
  Http2Client client(fixture);
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 100; ++i) client.ping();
    REQUIRE(client.run_until([&] { return client.pongs == 100 * (round + 1); }));
    fixture.clock.advance(std::chrono::seconds(1));
  }
}

TEST_CASE("h2: a download whose every piece is given back at once is no flood") {
  Fixture fixture;
  Http2Client client(fixture, 1000);
  const auto big = client.request("/big");
  REQUIRE(client.finish(big));
  CHECK(client.body[big].size() == (3U << 20));
}

TEST_CASE("h2: requests that are reset in vain end the connection, whoever resets them") {
  const std::string reset =
      GENERATE(frame(NGHTTP2_RST_STREAM, 0, 0, std::string("\0\0\0\x8", 4)),
               // A fault of the peer's that makes the server reset: a window that overflows.
               frame(NGHTTP2_WINDOW_UPDATE, 0, 0, "\x7f\xff\xff\xff"));
  transport::Limits limits;
  limits.resets = {50, 1};
  Fixture fixture(limits);
  Client client(fixture, "h2");
  client.send(preface());
  for (std::int32_t id = 1; id < 2000; id += 2) {
    std::string pair = open_stream(id, "/hold") + reset;
    pair[pair.size() - reset.size() + 8] = static_cast<char>(id);
    pair[pair.size() - reset.size() + 7] = static_cast<char>(id >> 8);
    if (!client.send(pair)) break;
  }
  CHECK(goaway_at_end(client).has_value());
  CHECK(fixture.service.served < 100);
  CHECK(fixture.service.served >= 50);
}

TEST_CASE("h2: what a peer opens after its GOAWAY is not served, however it arrives") {
  const bool in_one_piece = GENERATE(true, false);
  Fixture fixture;
  Client client(fixture, "h2");
  std::string all = preface() + open_stream(1, "/echo", NGHTTP2_FLAG_END_HEADERS) +
                    frame(NGHTTP2_GOAWAY, 0, 0, std::string(8, '\0')) + open_stream(3, "/echo") +
                    frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, "last") +
                    open_stream(5, "/echo");
  while (!all.empty()) {
    const std::size_t size = in_one_piece ? all.size() : 1;
    if (!client.send(all.substr(0, size))) break;
    all.erase(0, size);
  }
  CHECK(client.receive_all().find("last") != std::string::npos);
  CHECK(fixture.service.served == 1);
}

TEST_CASE("h2: PING is answered at once, also during a download that nobody reads") {
  Fixture fixture;
  Http2Client client(fixture);
  const auto endless = client.request("/endless");
  REQUIRE(client.run_until([&] { return client.body[endless].size() > 100000; }));
  client.ping();
  const std::size_t before = client.body[endless].size();
  REQUIRE(client.run_until([&] { return client.pongs == 1; }));
  // Behind what was on its way: the windows and the sockets' buffers.
  CHECK(client.body[endless].size() - before < (8U << 20));
}

TEST_CASE("h2: all ready streams of a connection leave in one piece") {
  Fixture fixture(transport::Limits{}, 1);
  Http2Client client(fixture);
  for (int i = 0; i < 200; ++i) client.request("/feed");
  REQUIRE(client.run_until([&] { return client.status.size() == 200; }));
  REQUIRE(fixture.service.feed.wait_open(200));
  REQUIRE(client.finish(client.request("/echo")));
  const std::size_t before = client.pieces;
  fixture.service.feed.push_to_all_at_once("an event");
  REQUIRE(client.run_until([&] { return client.body.size() == 201; }));
  CHECK(client.pieces == before + 1);
}
