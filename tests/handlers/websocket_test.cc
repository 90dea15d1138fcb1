#include "handlers/websocket.h"

#include <catch2/catch.hpp>

#include "handlers/websocket_stream.h"

using namespace annex;
using namespace annex::handlers;

namespace {

const util::TimePoint kNow{std::chrono::hours(1)};

std::string masked(unsigned first, std::string_view payload, bool mask = true) {
  std::string out;
  out += static_cast<char>(first);
  const unsigned bit = mask ? 0x80 : 0;
  if (payload.size() < 126) {
    out += static_cast<char>(bit | payload.size());
  } else {
    out += static_cast<char>(bit | 127);
    for (int i = 7; i >= 0; --i) out += static_cast<char>(payload.size() >> (8 * i));
  }
  if (!mask) return out.append(payload);
  const std::string key = "\x12\x34\x56\x78";
  out += key;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(payload[i] ^ key[i % 4]);
  }
  return out;
}

/// Gives its pieces one a pull, then waits or ends.
class Pieces final : public http::BodySource {
 public:
  Pieces(std::vector<std::string> pieces, http::Pull last)
      : pieces_(std::move(pieces)), last_(last) {}
  void start(http::Waker) override {}
  http::Pull pull(std::size_t, util::TimePoint, util::Chunks& out) override {
    if (next_ == pieces_.size()) return last_;
    out.append(pieces_[next_++]);
    return http::Pull::kWrote;
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
  http::Pull last_;
};

struct Pulled {
  std::string bytes;
  http::Pull last;
};

Pulled pull_all(http::Duplex& duplex, util::TimePoint now = kNow) {
  util::Chunks out;
  http::Pull last = http::Pull::kWrote;
  while (last == http::Pull::kWrote) last = duplex.pull(1 << 16, now, out);
  return {out.join(), last};
}

std::unique_ptr<WebSocketStream> watch(std::vector<std::string> pieces, http::Pull last,
                                       bool protobuf = false) {
  auto made = std::make_unique<WebSocketStream>(std::make_unique<Pieces>(std::move(pieces), last),
                                                protobuf);
  made->start({});
  return made;
}

http::Request handshake() {
  http::Request request;
  request.method = "GET";
  request.protocol = "HTTP/1.1";
  request.headers = {{"Upgrade", "WebSocket"},
                     {"Connection", "keep-alive, Upgrade"},
                     {"Sec-WebSocket-Version", "13"},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return request;
}

}  // namespace

TEST_CASE("the handshake is answered as RFC 6455's example") {
  http::Request request = handshake();
  REQUIRE(is_websocket_request(request));
  request.headers.add("Sec-WebSocket-Protocol",
                      "base64url.bearer.authorization.k8s.io.dG9r, base64.binary.k8s.io");
  const auto response = accept_websocket(request, watch({}, http::Pull::kWait));
  REQUIRE(response);
  CHECK(response->headers.first("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(response->headers.first("Sec-WebSocket-Protocol") == "base64.binary.k8s.io");
  CHECK(std::get<http::Upgrade>(response->body).protocol == "websocket");
}

TEST_CASE("a malformed handshake is refused, and what is none is left to HTTP") {
  const auto refused = [](std::string_view name, std::string value) {
    http::Request request = handshake();
    request.headers.set(name, std::move(value));
    return !accept_websocket(request, watch({}, http::Pull::kWait));
  };
  CHECK(refused("Sec-WebSocket-Version", "8"));
  CHECK(refused("Sec-WebSocket-Key", "short"));
  CHECK(refused("Sec-WebSocket-Key", "c2hvcnQ="));
  http::Request request = handshake();
  request.headers.set("Connection", "close");
  CHECK_FALSE(is_websocket_request(request));
}

TEST_CASE("each event is a message, however it was pulled") {
  const std::string large(70000, 'x');
  const std::string middle(300, 'y');
  auto duplex = watch({"{1}\n{2", "}", "\n", middle + "\n" + large + "\n{"}, http::Pull::kWait);
  const std::string bytes = pull_all(*duplex).bytes;
  CHECK(bytes == "\x81\x04{1}\n\x81\x04{2}\n" + std::string("\x81\x7e\x01\x2d") + middle + "\n" +
                     std::string("\x81\x7f\0\0\0\0\0\x01\x11\x71", 10) + large + "\n");
}

TEST_CASE("protobuf events are binary messages without the stream's lengths") {
  auto duplex = watch({std::string("\0\0\0\x03"
                                   "abc\0\0",
                                   9),
                       std::string("\0\x01z", 3)},
                      http::Pull::kWait, true);
  CHECK(pull_all(*duplex).bytes ==
        "\x82\x03"
        "abc\x82\x01z");
}

TEST_CASE("the end of the events closes, and the client's answer or time closes the connection") {
  const bool answered = GENERATE(true, false);
  auto duplex = watch({"{1}\n"}, http::Pull::kEnd);
  const Pulled pulled = pull_all(*duplex);
  CHECK(pulled.bytes == "\x81\x04{1}\n\x88\x02\x03\xe8");
  CHECK(pulled.last == http::Pull::kWait);
  REQUIRE(duplex->wake_at() == kNow + std::chrono::seconds(5));
  if (answered) CHECK(duplex->receive(masked(0x88, "\x03\xe8")));
  const Pulled after = pull_all(*duplex, answered ? kNow : *duplex->wake_at());
  CHECK(after.last == http::Pull::kAbort);
  CHECK(after.bytes.empty());
}

TEST_CASE("what the client sends is ignored, but for PING and CLOSE, however it is cut") {
  const std::string input = masked(0x01, "frag") + masked(0x89, "hello") + masked(0x80, "ment") +
                            masked(0x82, std::string(100000, 'd')) + masked(0x8a, "pong") +
                            masked(0x88,
                                   "\x0f\xa0"
                                   "bye");
  const std::size_t step = GENERATE(as<std::size_t>(), 1, 7, 1000, 1000000);
  auto duplex = watch({}, http::Pull::kWait);
  std::string answered;
  http::Pull last = http::Pull::kWait;
  for (std::size_t at = 0; at < input.size(); at += step) {
    CHECK(duplex->receive(std::string_view(input).substr(at, step)));
    const Pulled pulled = pull_all(*duplex);
    answered += pulled.bytes;
    last = pulled.last;
    if (last == http::Pull::kAbort) break;
  }
  CHECK(answered == "\x8a\x05hello\x88\x02\x0f\xa0");
  CHECK(last == http::Pull::kAbort);
}

TEST_CASE("who breaks the protocol is told so and cut off") {
  const std::string input = GENERATE(
      masked(0x81, "unmasked", false), masked(0x83, ""), masked(0xc1, "reserved"),
      masked(0x09, "a fragment"), masked(0x89, std::string(126, 'l')),
      masked(0x80, "nothing begun"), masked(0x01, "a") + masked(0x81, "b"), masked(0x88, "x"),
      masked(0x88, "\x03\xee"), std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff....", 14));
  auto duplex = watch({}, http::Pull::kWait);
  duplex->receive(input);
  const Pulled pulled = pull_all(*duplex);
  CHECK(pulled.bytes == "\x88\x02\x03\xea");
  CHECK(pulled.last == http::Pull::kAbort);
}

namespace {

/// Gives back what it receives, and says when that was all.
class Echo final : public http::Duplex {
 public:
  void start(http::Waker) override {}
  http::Pull pull(std::size_t, util::TimePoint, util::Chunks& out) override {
    if (!received_.empty()) {
      out.append(std::exchange(received_, {}));
      return http::Pull::kWrote;
    }
    return ended_ ? http::Pull::kEnd : http::Pull::kWait;
  }
  bool receive(std::string_view bytes) override {
    received_ += bytes;
    return bytes.find("refuse") == std::string_view::npos;
  }
  void receive_end() override { received_ += "end"; }
  void finish() { ended_ = true; }

 private:
  std::string received_;
  bool ended_ = false;
};

}  // namespace

TEST_CASE("a stream of the program's own gets what messages carry, and sends binary messages") {
  auto echo = std::make_unique<Echo>();
  Echo& inner = *echo;
  WebSocketStream stream(std::move(echo));
  stream.start({});
  const std::string input = masked(0x01, "one ") + masked(0x89, "") + masked(0x80, "two");
  for (const char c : input) CHECK(stream.receive({&c, 1}));
  CHECK(pull_all(stream).bytes == "\x8a" + std::string(1, '\0') + "\x82\x07one two");

  const bool by_client = GENERATE(true, false);
  if (by_client) {
    CHECK(stream.receive(masked(0x88, "\x03\xe8")));
    const Pulled closed = pull_all(stream);
    CHECK(closed.bytes == "\x88\x02\x03\xe8");
    CHECK(closed.last == http::Pull::kAbort);
  } else {
    inner.finish();
    const Pulled closed = pull_all(stream);
    CHECK(closed.bytes == "\x88\x02\x03\xe8");
    CHECK(closed.last == http::Pull::kWait);
    CHECK(stream.receive(masked(0x88, "\x03\xe8")));
    CHECK(pull_all(stream).last == http::Pull::kAbort);
  }
}

TEST_CASE("a stream of the program's own may refuse what it gets") {
  WebSocketStream stream(std::make_unique<Echo>());
  stream.start({});
  stream.receive(masked(0x82, "refuse"));
  CHECK(pull_all(stream).bytes == "\x88\x02\x03\xf0");
}
