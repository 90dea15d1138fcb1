// Subresources that a program answers itself: by a function, as text, as an upgrade.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "annex/annex.h"
#include "annex/testing/fixture.h"

namespace {

using annex::testing::Fixture;
using Catch::Contains;

struct Radio {
  annex::meta::ObjectMeta metadata;
  std::string station;
  friend void describe(annex::schema::Object<Radio>& radio) {
    radio.field<&Radio::metadata>("metadata", "Standard object metadata.");
    radio.field<&Radio::station>("station", "What it plays.");
  }
};

/// Says nothing and takes everything.
class Silence final : public annex::http::Duplex {
 public:
  void start(annex::http::Waker) override {}
  annex::http::Pull pull(std::size_t, annex::util::TimePoint, annex::util::Chunks&) override {
    return annex::http::Pull::kWait;
  }
  bool receive(std::string_view) override { return true; }
  void receive_end() override {}
};

const std::string kRadio = "/apis/radio.example.com/v1/namespaces/home/radios/kitchen";

struct Home {
  annex::TextPipe followed;
  annex::Server server{"radio"};

  Home() {
    // [serve]
    annex::registry::Subresource tune;
    tune.name = "tune";
    tune.verbs = {"create", "get"};
    tune.serve =
        [](const annex::registry::SubresourceCall& call) -> annex::Result<annex::http::Response> {
      if (call.http.body.view() == "noise") return annex::Error::bad_request("that is no music");
      if (call.http.body.view() == "throw") throw std::runtime_error("the radio burns");
      return annex::http::Response::text(200, "text/plain",
                                         call.context.user.name + " tunes " + call.key.name +
                                             " from " + call.object.at_string({"station"}) +
                                             " to " + std::string(call.http.body.view()));
    };
    // [serve]
    // [parts]
    server.group("radio.example.com")
        .resource<Radio>("radios", "Radio")
        .version("v1")
        .subresource(tune)
        .log([this](const Radio& radio,
                    const annex::LogOptions& options) -> annex::Result<annex::TextPipe> {
          if (options.container == "none") return annex::Error::bad_request("no such container");
          if (options.follow) return followed;
          annex::TextPipe pipe;
          pipe.write(options.cut("on\n" + radio.station + "\noff\n"));
          pipe.close();
          return pipe;
        })
        .connect("listen",
                 [](const Radio&, const annex::http::Request& request)
                     -> annex::Result<std::unique_ptr<annex::http::Duplex>> {
                   if (request.target.query.contains("loud")) {
                     return annex::Error::bad_request("too loud");
                   }
                   return std::unique_ptr<annex::http::Duplex>(std::make_unique<Silence>());
                 });
    // [parts]
  }

  void put_radio() const {
    Radio radio;
    radio.metadata.name = "kitchen";
    radio.metadata.name_space = "home";
    radio.station = "jazz";
    REQUIRE(server.client<Radio>().create(radio));
  }
};

TEST_CASE("A function answers the methods that its verbs stand for") {
  Home home;
  Fixture fixture(home.server);
  CHECK(fixture.send("POST", kRadio + "/tune", "rock").status() == 404);
  home.put_radio();
  CHECK(fixture.send("POST", kRadio + "/tune", "rock").text() ==
        "admin tunes kitchen from jazz to rock");
  CHECK(fixture.get(kRadio + "/tune").status() == 200);
  CHECK(fixture.send("PUT", kRadio + "/tune", "rock").status() == 405);
  CHECK(fixture.send("DELETE", kRadio + "/tune").status() == 405);
  CHECK(fixture.get(kRadio + "/none").status() == 404);
  CHECK(fixture.send("POST", kRadio + "/tune", "noise").json().at_string({"message"}) ==
        "that is no music");
  CHECK(fixture.send("POST", kRadio + "/tune", "throw").status() == 500);
  const std::string discovered = fixture.get("/apis/radio.example.com/v1").text();
  CHECK_THAT(discovered, Contains(R"("name":"radios/tune")") &&
                             Contains(R"("verbs":["create","get"])") &&
                             Contains(R"("name":"radios/log")"));
  fixture.act_as(annex::request::UserInfo{"eve", "", {}, {}});
  CHECK(fixture.send("POST", kRadio + "/tune", "rock").json().at_string({"message"}) ==
        "radios.radio.example.com \"kitchen\" is forbidden: User \"eve\" cannot create resource "
        "\"radios/tune\" in API group \"radio.example.com\" in the namespace \"home\"");
}

TEST_CASE("A log is read whole, by its end, by its size, and as it grows") {
  Home home;
  Fixture fixture(home.server);
  home.put_radio();
  const auto log = fixture.get(kRadio + "/log");
  CHECK(log.header("Content-Type") == "text/plain");
  CHECK(log.text() == "on\njazz\noff\n");
  CHECK(fixture.get(kRadio + "/log?tailLines=1").text() == "off\n");
  CHECK(fixture.get(kRadio + "/log?tailLines=2&limitBytes=5").text() == "jazz\n");
  CHECK(fixture.get(kRadio + "/log?tailLines=9").text() == "on\njazz\noff\n");
  CHECK(fixture.get(kRadio + "/log?tailLines=0").text().empty());
  CHECK(fixture.get(kRadio + "/log?tailLines=-1").status() == 422);
  CHECK(fixture.get(kRadio + "/log?tailLines=x").status() == 400);
  CHECK(fixture.get(kRadio + "/log?sinceTime=then").status() == 400);
  CHECK(fixture.get(kRadio + "/log?container=none").json().at_string({"message"}) ==
        "no such container");

  {
    auto growing = fixture.get(kRadio + "/log?follow=true");
    CHECK(!growing.line_if_any());
    CHECK(home.followed.write("one\ntw") == annex::TextPipe::Written::kYes);
    CHECK(growing.next_line() == "one");
    CHECK(!growing.line_if_any());
    home.followed.write("o\n");
    CHECK(growing.next_line() == "two");
    CHECK(!growing.ended());
  }
  // The reader has gone: so may the writer.
  CHECK(home.followed.write("three\n") == annex::TextPipe::Written::kGone);
}

TEST_CASE("A pipe holds no more than it may until somebody reads") {
  const annex::TextPipe pipe(10);
  CHECK(pipe.write(std::string(30, 'x')) == annex::TextPipe::Written::kYes);
  CHECK(pipe.write("y") == annex::TextPipe::Written::kFull);
  pipe.wait_for_room(std::chrono::milliseconds(0));
  auto source = pipe.source();
  annex::util::Chunks out;
  CHECK(source->pull(100, {}, out) == annex::http::Pull::kWrote);
  pipe.wait_for_room(std::chrono::hours(1));
  CHECK(pipe.write("y") == annex::TextPipe::Written::kYes);
  pipe.close();
  CHECK(source->pull(100, {}, out) == annex::http::Pull::kWrote);
  CHECK(source->pull(100, {}, out) == annex::http::Pull::kEnd);
  CHECK(out.join() == std::string(30, 'x') + "y");
}

TEST_CASE("A connection is handed over to whoever asks for it rightly") {
  Home home;
  Fixture fixture(home.server);
  home.put_radio();
  const annex::testing::Fixture::Headers handshake = {
      {"Upgrade", "websocket"},
      {"Connection", "Upgrade"},
      {"Sec-WebSocket-Version", "13"},
      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
      {"Sec-WebSocket-Protocol", "v1.listen.example.com"}};
  const auto listening = fixture.get(kRadio + "/listen", handshake);
  CHECK(listening.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(listening.header("Sec-WebSocket-Protocol") == "v1.listen.example.com");
  CHECK(fixture.get(kRadio + "/listen?loud", handshake).json().at_string({"message"}) ==
        "too loud");
  CHECK(fixture.get(kRadio + "/listen").json().at_string({"message"}) ==
        "Upgrade request required");
  CHECK(fixture.send("POST", kRadio + "/listen", {}, handshake).status() == 405);
}

TEST_CASE("What is wrong about a subresource is told at the start") {
  annex::Server server("radio");
  annex::registry::Subresource part;
  part.name = "tune";
  part.verbs = {"post"};
  part.serve = [](const annex::registry::SubresourceCall&) { return annex::http::Response{}; };
  server.group("radio.example.com")
      .resource<Radio>("radios", "Radio")
      .version("v1")
      .subresource(part);
  CHECK_THROWS_WITH(Fixture(server), Contains("with the verb \"post\", which is none of create"));
}

}  // namespace
