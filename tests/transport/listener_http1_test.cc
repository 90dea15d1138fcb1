#include "tests/transport/fixture.h"

using namespace annex;
using namespace annex::transport::test;

namespace {

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("h1: requests, pipelining, HEAD and Connection: close") {
  Fixture fixture;
  Client client(fixture);
  client.send(get("/echo") + get("/none") + "HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n" +
              get("/echo", "Connection: close\r\n"));
  const std::string all = client.receive_all();
  CHECK(all.find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(all.find("Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n") != std::string::npos);
  CHECK(all.find("404 Not Found") != std::string::npos);
  CHECK(all.find("Connection: close") != std::string::npos);
  CHECK(fixture.service.served == 4);
  CHECK(all_closed(fixture));
}

TEST_CASE("h1: a client certificate is passed on, and none is needed") {
  Fixture fixture;
  Client with(fixture, "http/1.1", true);
  with.send(get("/echo"));
  with.receive_until("GET /echo");
  CHECK(fixture.service.chain_length == 1);
  Client without(fixture);
  without.send(get("/echo"));
  without.receive_until("GET /echo");
  CHECK(fixture.service.chain_length == 0);
}

TEST_CASE("h1: large bodies go both ways") {
  Fixture fixture;
  Client client(fixture);
  const std::string body(1 << 20, 'b');
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n");
  client.send(body);
  client.send(get("/big", "Connection: close\r\n"));
  const std::string all = client.receive_all();
  CHECK(all.find("POST /echo " + body) != std::string::npos);
  CHECK(all.size() > (4U << 20));
}

TEST_CASE("h1: a stream is sent as it comes, and its source dies with the connection") {
  Fixture fixture;
  {
    Client client(fixture);
    client.send(get("/feed"));
    fixture.service.feed.push("one");
    CHECK(client.receive_until("one").find("Transfer-Encoding: chunked") != std::string::npos);
    fixture.service.feed.push("two");
    CHECK(client.receive_until("two") == "3\r\ntwo\r\n");
  }
  CHECK(fixture.service.feed.wait_open(0));
}

TEST_CASE("h1: an upgrade hands over every byte after the head") {
  Fixture fixture;
  Client client(fixture);
  client.send(get("/upgrade", "Connection: Upgrade\r\nUpgrade: echo\r\n") + "early");
  const std::string all = client.receive_until("early");
  CHECK(all.find("HTTP/1.1 101 Switching Protocols") == 0);
  CHECK(all.find("Upgrade: echo\r\n") != std::string::npos);
  client.send("later");
  CHECK(client.receive_until("later") == "later");
}

TEST_CASE("h1: either side of an upgraded connection may end its half first") {
  Fixture fixture(transport::Limits{}, 1);
  const std::string upgrade = get("/upgrade", "Connection: Upgrade\r\nUpgrade: echo\r\n");
  {
    Client client(fixture);
    client.send(upgrade + "early");
    client.receive_until("early");
    client.send("last");
    client.send_end();
    CHECK(client.receive_all() == "last");
  }
  Client polite(fixture);
  polite.send(upgrade + "bye");
  CHECK(polite.receive_until("bye").find("HTTP/1.1 101 ") == 0);
  CHECK(polite.receive().empty());
  // The server has ended, and still takes what comes.
  CHECK(polite.send("more"));
  Client other(fixture);
  REQUIRE(other.works());
  CHECK(fixture.listener->connections() == 2);
  polite.send_end();
  CHECK(closes_to(fixture, 1));
}

TEST_CASE("h1: a peer that never ends an upgraded connection is cut off after 30 s") {
  Fixture fixture(transport::Limits{}, 1);
  Client silent(fixture);
  silent.send(get("/upgrade", "Connection: Upgrade\r\nUpgrade: echo\r\n") + "bye");
  silent.receive_until("bye");
  CHECK(silent.receive().empty());
  Client other(fixture);
  fixture.clock.advance(std::chrono::milliseconds(29900));
  REQUIRE(other.works());
  CHECK(fixture.listener->connections() == 2);
  fixture.clock.advance(std::chrono::milliseconds(100));
  REQUIRE(other.works());
  // The socket lingers a little, since closing it at once could take what is on its way.
  fixture.clock.advance(std::chrono::seconds(3));
  CHECK(closes_to(fixture, 1));
}

TEST_CASE("h1: too much is refused before it is read") {
  Fixture fixture;
  Client client(fixture);
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\nabc");
  CHECK(client.receive_all().find("HTTP/1.1 413 ") == 0);
  CHECK(fixture.service.served == 0);
}

TEST_CASE("h1: a request that is never answered above gets 500") {
  Fixture fixture;
  Client client(fixture);
  client.send(get("/forget"));
  CHECK(client.receive_until("not answered").find("HTTP/1.1 500 ") == 0);
}

TEST_CASE("h1: late heads, stalled bodies and idle connections are ended") {
  Fixture fixture;
  Client late(fixture);
  late.send("GET / HTTP/1.1\r\n");
  Client stalled(fixture);
  stalled.send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  CHECK(stalled.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  Client idle(fixture);
  idle.send(get("/echo"));
  idle.receive_until("GET /echo");
  fixture.clock.advance(std::chrono::seconds(33));
  CHECK(late.receive_all().find("HTTP/1.1 408 ") == 0);
  CHECK(stalled.receive_all().find("HTTP/1.1 408 ") == 0);
  fixture.clock.advance(std::chrono::seconds(60));
  CHECK(idle.receive_all().empty());
  CHECK(all_closed(fixture));
}

TEST_CASE("h1: drain ends idle connections, lets answers finish and closes the port") {
  Fixture fixture;
  Client idle(fixture);
  idle.send(get("/echo"));
  idle.receive_until("GET /echo");
  Client busy(fixture);
  busy.send(get("/hold"));
  REQUIRE(fixture.service.wait_held(1));
  fixture.listener->drain(fixture.clock.now());
  CHECK(idle.receive_all().empty());
  fixture.service.release();
  const std::string all = busy.receive_all();
  CHECK(all.find("released") != std::string::npos);
  CHECK(all.find("Connection: close") != std::string::npos);
  CHECK(all_closed(fixture));
}

TEST_CASE("a certificate that cannot be used is refused at open and at reload") {
  Fixture fixture;
  CHECK_FALSE(fixture.listener->reload({"none", "none", "", {}}));
  CHECK_FALSE(
      fixture.listener->reload({fixture.ca.certificate.pem(), fixture.client.key.pem(), "", {}}));
  Client still(fixture);
  still.send(get("/echo"));
  CHECK_FALSE(still.receive_until("GET /echo").empty());
}
