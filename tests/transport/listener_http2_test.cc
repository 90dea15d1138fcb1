#include <dirent.h>

#include "tests/transport/http2_client.h"

using namespace annex;
using namespace annex::transport::test;

namespace {

std::size_t thread_count() {
  std::size_t count = 0;
  DIR* folder = opendir("/proc/self/task");
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

}  // namespace

TEST_CASE("h2: requests, uploads and downloads") {
  Fixture fixture;
  Http2Client client(fixture);
  const auto echo = client.request("/echo");
  REQUIRE(client.finish(echo));
  CHECK(client.status[echo] == "200");
  CHECK(client.body[echo] == "GET /echo ");
  CHECK(fixture.service.chain_length == 1);
  const std::string large(1 << 20, 'u');
  const auto upload = client.request("/echo", &large, "POST");
  REQUIRE(client.finish(upload));
  CHECK(client.body[upload] == "POST /echo " + large);
  const auto big = client.request("/big");
  REQUIRE(client.finish(big));
  CHECK(client.body[big].size() == (3U << 20));
  const auto head = client.request("/echo", nullptr, "HEAD");
  REQUIRE(client.finish(head));
  CHECK(client.status[head] == "200");
  CHECK(client.body[head].empty());
}

TEST_CASE("h2: refusals leave the connection open") {
  Fixture fixture;
  Http2Client client(fixture);
  const std::string large((1 << 20) + 1, 'u');
  const auto upload = client.request("/echo", &large, "POST");
  REQUIRE(client.finish(upload));
  CHECK(client.status[upload] == "413");
  const auto bad = client.request("/%zz");
  REQUIRE(client.finish(bad));
  CHECK(client.status[bad] == "400");
  const auto upgrade = client.request("/upgrade");
  REQUIRE(client.finish(upgrade));
  CHECK(client.status[upgrade] == "400");
  const auto forgotten = client.request("/forget");
  REQUIRE(client.finish(forgotten));
  CHECK(client.status[forgotten] == "500");
}

TEST_CASE("h2: there are no upgrades, neither by header nor by extended CONNECT") {
  Fixture fixture;
  const auto literal = [](std::string_view name, std::string_view value) {
    std::string out(1, '\0');
    out += static_cast<char>(name.size());
    out.append(name);
    out += static_cast<char>(value.size());
    return out.append(value);
  };
  const std::uint8_t whole = NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM;
  const std::string block =
      GENERATE_COPY(header_block("GET", "/upgrade") + literal("upgrade", "websocket"),
                    header_block("GET", "/upgrade") + literal("connection", "upgrade"),
                    header_block("CONNECT", "/upgrade") + literal(":protocol", "websocket"));
  Client client(fixture, "h2");
  client.send(preface() + frame(NGHTTP2_HEADERS, whole, 1, block) +
              frame(NGHTTP2_HEADERS, whole, 3, header_block("GET", "/echo")));
  const std::string all = client.receive_until("GET /echo ");
  CHECK(all.find(frame(NGHTTP2_RST_STREAM, 0, 1, std::string("\0\0\0\1", 4))) != std::string::npos);
  // SETTINGS_ENABLE_CONNECT_PROTOCOL is not offered.
  CHECK(all.find(std::string("\0\x8\0\0\0\1", 6)) == std::string::npos);
  CHECK(fixture.service.served == 1);
}

TEST_CASE("h2: a thousand open streams hold no thread and all get what is pushed") {
  Fixture fixture;
  Http2Client client(fixture);
  REQUIRE(client.finish(client.request("/echo")));
  const std::size_t threads = thread_count();
  for (int i = 0; i < 1000; ++i) client.request("/feed");
  REQUIRE(client.run_until([&] { return client.status.size() == 1001; }));
  CHECK(fixture.service.feed.wait_open(1000));
  CHECK(thread_count() == threads);
  fixture.service.feed.push("event");
  REQUIRE(client.run_until([&] { return client.body.size() == 1001; }));
  client.reset(3);
  client.flush();
  CHECK(fixture.service.feed.wait_open(999));
  fixture.service.feed.end();
  REQUIRE(client.run_until([&] { return client.closed.size() == 1001; }));
  CHECK(client.body[1999] == "event");
}

TEST_CASE("h2: a flood of resets ends the connection") {
  transport::Limits limits;
  limits.resets = {50, 1};
  Fixture fixture(limits);
  Http2Client client(fixture);
  for (int i = 0; i < 200; ++i) {
    const auto id = client.request("/hold");
    client.flush();
    client.reset(id);
    client.flush();
  }
  CHECK(client.ended());
  CHECK(fixture.service.served < 200);
}

TEST_CASE("h2: idle connections get a GOAWAY and end") {
  Fixture fixture;
  Http2Client client(fixture);
  REQUIRE(client.finish(client.request("/echo")));
  fixture.clock.advance(std::chrono::seconds(91));
  CHECK(client.ended());
  CHECK(client.goaway == NGHTTP2_NO_ERROR);
  CHECK(all_closed(fixture));
}

TEST_CASE("h2: drain says GOAWAY and lets answers finish") {
  Fixture fixture;
  Http2Client client(fixture);
  const auto held = client.request("/hold");
  client.flush();
  REQUIRE(fixture.service.wait_held(1));
  fixture.listener->drain(fixture.clock.now());
  REQUIRE(client.run_until([&] { return client.goaway.has_value(); }));
  fixture.clock.advance(std::chrono::seconds(1));
  fixture.service.release();
  REQUIRE(client.finish(held));
  CHECK(client.body[held] == "released");
  CHECK(client.ended());
  CHECK(all_closed(fixture));
}
