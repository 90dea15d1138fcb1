#include "transport/http1_codec.h"

#include <catch2/catch.hpp>
#include <random>

using namespace annex;
using transport::Http1Codec;

namespace {

const util::TimePoint kStart{std::chrono::hours(1)};

/// Answers everything at once and writes down what happened.
struct Log final : Http1Codec::Events {
  explicit Log(const transport::Http1Limits& limits = {}) : codec(limits, *this, kStart) {}

  Http1Codec codec;
  std::string log;
  int refused = 0;

  std::size_t on_head(const http::Request&) override { return 100; }
  void on_request(http::Request&& request) override {
    log += request.method + " " + request.target.raw_path + " [" +
           std::string(request.body.view()) + "]\n";
    answer(200, false);
  }
  void on_refused(const Error&, int status) override {
    log += "refused " + std::to_string(status) + "\n";
    refused = status;
    answer(status, true);
  }
  void answer(int status, bool close) {
    codec.begin_response(status, {}, 2, close, "date");
    codec.write_body("ok");
    pending = true;
  }
  void feed(std::string_view bytes) {
    codec.feed(bytes, kStart);
    while (std::exchange(pending, false)) {
      codec.end_response(kStart);
      codec.resume(kStart);
    }
  }
  bool pending = false;
};

std::string run(std::string_view input, const std::vector<std::size_t>& cuts) {
  Log log;
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    log.feed(input.substr(at, cut));
    at += cut;
  }
  log.feed(input.substr(at));
  return log.log;
}

std::string request(const std::string& fields, const std::string& body = "") {
  return "POST /p HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

}  // namespace

TEST_CASE("requests read the same whole, byte by byte and in any cuts") {
  const std::string input =
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
      "\r\nPOST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
      "GET http://h/d?q HTTP/1.1\r\nHost: h\r\n\r\n"
      "BROKEN\r\n\r\n";
  const std::string expected =
      "GET /a []\nPOST /b [hello]\nPOST /c [abc0123456789]\nGET /d []\nrefused 400\n";
  CHECK(run(input, {}) == expected);
  CHECK(run(input, std::vector<std::size_t>(input.size(), 1)) == expected);
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::size_t> cuts;
    std::size_t left = input.size();
    while (left > 0) {
      cuts.push_back(std::min<std::size_t>(left, 1 + random() % 40));
      left -= cuts.back();
    }
    CHECK(run(input, cuts) == expected);
  }
}

TEST_CASE("shapes of request smuggling are refused and end the connection") {
  // A body that is right where the refused length is taken for a good one.
  static const std::string kEmpty = "0\r\n\r\n";
  const std::string input = GENERATE(
      as<std::string>(), request("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", kEmpty),
      request("Content-Length: 1\r\nContent-Length: 1\r\n"), request("Content-Length: 1, 1\r\n"),
      request("Content-Length: +1\r\n"), request("Content-Length: -1\r\n"),
      request("Content-Length: 0x1\r\n"), request("Content-Length: 1 1\r\n"),
      request("Content-Length:\r\n"), request("Content-Length: 99999999999999999999999\r\n"),
      request("Transfer-Encoding: gzip, chunked\r\n", kEmpty),
      request("Transfer-Encoding: xchunked\r\n", kEmpty),
      request("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", kEmpty),
      request("Transfer-Encoding: chunked\r\n", "g\r\n"),
      request("Transfer-Encoding: chunked\r\n", "1 \r\na\r\n"),
      request("Transfer-Encoding: chunked\r\n", "+1\r\na\r\n"),
      request("Transfer-Encoding: chunked\r\n", "1\na\r\n"),
      request("Transfer-Encoding: chunked\r\n", "11\na\r\n0\r\n\r\n"),
      request("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n"),
      request("Transfer-Encoding: chunked\r\n", "1\r\na\n"),
      request("Transfer-Encoding: chunked\r\n", "\r\n"), request("X: a\r\n b\r\n"),
      request("X : a\r\n"), request(": a\r\n"), request("X\r\n"), request("X: a\nY: b\r\n"),
      request("X: a\rb\r\n"), request(std::string("X: a\0b\r\n", 8)), request("X: \x01\r\n"),
      request("Host: h\r\n"), "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: h\n\n",
      "GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h, i\r\n\r\n", "GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.2x\r\nHost: h\r\n\r\n",
      " GET / HTTP/1.1\r\nHost: h\r\n\r\n", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kEmpty);
  INFO(input);
  Log log;
  log.feed(input + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(log.refused == 400);
  CHECK(log.codec.closed());
  CHECK(log.log.find("smuggled") == std::string::npos);
  CHECK(log.codec.output().find("Connection: close") != std::string::npos);
}

TEST_CASE("control characters, wherever they stand, are refused in requests and sent as spaces") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool control = byte < 0x20 || byte == 0x7f;
    for (std::size_t at = 1; at < 20; ++at) {
      // Between neighbours that eight bytes at once could mistake it for.
      std::string value = std::string(10, '\x20') + std::string(10, '\x7e') + "\x80";
      value[0] = 'a';
      value[at] = static_cast<char>(byte);
      INFO("byte " << byte << " at " << at);
      Log log;
      if (byte != '\r' && byte != '\n') {
        log.feed(request("X: " + value + "\r\n"));
        CHECK((log.refused == 400) == (control && byte != '\t'));
      }
      Log answering;
      answering.feed(request("", ""));
      answering.codec.output().clear();
      answering.codec.begin_response(200, {{"X", value}}, 0, false, "date");
      if (control) value[at] = ' ';
      CHECK(answering.codec.output().find("X: " + value + "\r\n") != std::string::npos);
    }
  }
}

TEST_CASE("a head that can never end is refused at once") {
  for (const std::string_view input :
       {"GET / HTTP/1.1\nHost: h\n\n", "\n", "GET / HTTP/1.1\r\n\n"}) {
    INFO(input);
    Log log;
    log.feed(input);
    CHECK(log.refused == 400);
    CHECK(log.codec.closed());
  }
}

TEST_CASE("h1: what a chunked body carries besides its bytes is bounded") {
  transport::Http1Limits limits;
  limits.header_bytes = 2000;
  const auto refused = [&](const std::string& body) {
    Log log(limits);
    log.feed(request("Transfer-Encoding: chunked\r\n", body));
    return log.refused;
  };
  const std::string thousand(1000, 'x');
  const std::string chunk = "1;" + thousand + "\r\na\r\n";
  CHECK(refused("0;" + thousand + "\r\n\r\n") == 0);
  CHECK(refused("1;" + std::string(10000, 'x')) == 400);
  CHECK(refused(chunk) == 0);
  CHECK(refused(chunk + chunk) == 400);
  CHECK(refused("0\r\nX: " + thousand + "\r\n\r\n") == 0);
  CHECK(refused("0\r\nX: " + thousand + "\r\nX: " + thousand + "\r\n\r\n") == 431);
  CHECK(refused("0\r\nX: " + thousand + thousand) == 431);
}

TEST_CASE("limits are told by their status") {
  Log body;
  body.feed(request("Content-Length: 101\r\n"));
  CHECK(body.refused == 413);
  Log chunked;
  chunked.feed(request("Transfer-Encoding: chunked\r\n", "65\r\n"));
  CHECK(chunked.refused == 413);
  Log head;
  head.feed(request("X: " + std::string(1 << 20, 'a') + "\r\n"));
  CHECK(head.refused == 431);
  Log fields;
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "X: a\r\n";
  fields.feed(request(many));
  CHECK(fields.refused == 431);
  Log expect;
  expect.feed(request("Expect: miracles\r\n"));
  CHECK(expect.refused == 417);
  Log version;
  version.feed("GET / HTTP/3.0\r\n\r\n");
  CHECK(version.refused == 505);
}

TEST_CASE("time limits: an idle end is silent, a late head or body is answered with 408") {
  Log late;
  late.feed("GET / HTTP/1.1\r\n");
  CHECK(*late.codec.deadline() == kStart + std::chrono::seconds(32));
  late.codec.expire(kStart + std::chrono::seconds(31));
  CHECK(late.refused == 0);
  late.codec.expire(kStart + std::chrono::seconds(32));
  CHECK(late.refused == 408);

  Log stalled;
  stalled.feed(request("Content-Length: 5\r\n", "he"));
  CHECK(*stalled.codec.deadline() == kStart + std::chrono::seconds(30));
  stalled.codec.feed("l", kStart + std::chrono::seconds(20));
  CHECK(*stalled.codec.deadline() == kStart + std::chrono::seconds(50));
  stalled.codec.expire(kStart + std::chrono::seconds(50));
  CHECK(stalled.refused == 408);

  Log idle;
  idle.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(*idle.codec.deadline() == kStart + std::chrono::seconds(90));
  idle.codec.output().clear();
  idle.codec.expire(kStart + std::chrono::seconds(90));
  CHECK(idle.codec.closed());
  CHECK(idle.codec.output().empty());
}

TEST_CASE("a client that waits is told to continue, and HEAD gets no body") {
  Log log;
  log.feed(request("Content-Length: 2\r\nExpect: 100-continue\r\n"));
  CHECK(log.codec.output() == "HTTP/1.1 100 Continue\r\n\r\n");
  log.feed("hi");
  CHECK(log.log == "POST /p [hi]\n");
  log.codec.output().clear();
  log.feed("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string& out = log.codec.output();
  CHECK(out.find("Content-Length: 2\r\n") != std::string::npos);
  CHECK(out.substr(out.size() - 4) == "\r\n\r\n");
}
