// Protobuf for the meta kinds, which Kubernetes' own controllers ask for first.
#include <catch2/catch.hpp>
#include <functional>

#include "annex/json/read.h"
#include "meta/protobuf.h"
#include "tests/conformance/rest_server.h"
#include "util/proto_reader.h"
#include "util/proto_writer.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;

namespace {

const std::string kProtobuf = "application/vnd.kubernetes.protobuf";
const std::string kJson = "application/json";
const std::string kAsPartial = ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const std::string kAsList = ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// Accept of the metadata client: protobuf first.
HeaderMap accept(const std::string& as = {}) {
  return {{"Accept", kProtobuf + as + "," + kJson + as + "," + kJson}};
}

/// The options of a deletion in their envelope, as Go writes them.
std::string options(const std::function<void(util::ProtoWriter&)>& write) {
  util::ProtoWriter content;
  write(content);
  util::ProtoWriter envelope;
  envelope.message(1, [&] {
    envelope.bytes(1, "v1");
    envelope.bytes(2, "DeleteOptions");
  });
  envelope.bytes(2, content.text());
  return std::string("k8s\0", 4) + envelope.text();
}

/// The frames of a watch, without their lengths.
std::vector<std::string> frames(WatchStream& watch, util::TimePoint now) {
  util::Chunks out;
  watch.source().pull(1U << 16U, now, out);
  const std::string text = out.join();
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
      size = size << 8U | static_cast<unsigned char>(text[at + i]);
    REQUIRE(at + 4 + size <= text.size());
    found.push_back(text.substr(at + 4, size));
    at += 4 + size;
  }
  return found;
}

std::string event(std::string_view type, const json::Value& object) {
  return meta::to_protobuf_event(type, object)->substr(4);
}

}  // namespace

TEST_CASE("partial metadata comes as protobuf, saying what its JSON says") {
  RestServer server;
  server.make("x");
  server.make("y");
  const Answer list = server.get(kFlunders, accept(kAsList));
  CHECK(list.header("Content-Type") == kProtobuf);
  CHECK(list.text == meta::to_protobuf(server.get(kFlunders, {{"Accept", kJson + kAsList}}).body));
  const Answer one = server.get(kFlunders + "/x", accept(kAsPartial));
  CHECK(one.header("Content-Type") == kProtobuf);
  CHECK(one.text == meta::to_protobuf(server.get(kFlunders + "/x", {{"Accept", kPartial}}).body));
}

TEST_CASE("a user's kind has no protobuf: JSON is the answer, or none") {
  RestServer server;
  server.make("x");
  for (const std::string& path : {kFlunders + "/x", kFlunders}) {
    CHECK(server.get(path, accept()).header("Content-Type") == kJson);
    CHECK(server.get(path, {{"Accept", kProtobuf}}).status == 406);
    CHECK(server.get(path, {{"Accept", kProtobuf + ";as=Table;g=meta.k8s.io;v=v1," + kJson}})
              .at({"kind"}) != "Table");
  }
  const Answer refused = server.call("POST", kFlunders, "k8s", {{"Content-Type", kProtobuf}});
  CHECK(refused.status == 415);
  CHECK_THAT(refused.message(), !Contains("protobuf"));
  CHECK_THAT(server.call("POST", kFlunders, "x", {{"Content-Type", "text/plain"}}).message(),
             Contains("application/yaml, application/vnd.kubernetes.protobuf"));
}

TEST_CASE("errors come as protobuf to who asks for it") {
  RestServer server;
  const Answer missing = server.get(kFlunders + "/none", accept());
  CHECK(missing.status == 404);
  CHECK(missing.header("Content-Type") == kProtobuf);
  CHECK(missing.text == meta::to_protobuf(server.get(kFlunders + "/none").body));
  const Answer refused = server.get(kFlunders + "/none", {{"Accept", kProtobuf}});
  CHECK(refused.status == 406);
  CHECK(refused.header("Content-Type") == kProtobuf);
  CHECK_THAT(refused.text, Catch::StartsWith(std::string("k8s\0", 4)) && Contains("Failure"));
}

TEST_CASE("a deletion reads its options as protobuf and answers a Status in it") {
  RestServer server;
  const std::string uid = server.make("x").at({"metadata", "uid"});
  HeaderMap headers = accept();
  headers["Content-Type"] = kProtobuf;
  auto remove = [&](const std::string& body) {
    return server.call("DELETE", kFlunders + "/x", body, headers);
  };
  const std::string other =
      options([](util::ProtoWriter& out) { out.message(2, [&] { out.bytes(1, "other"); }); });
  CHECK(remove(other).status == 409);
  CHECK(remove(options([](util::ProtoWriter& out) { out.bytes(4, "Sometimes"); })).status == 422);
  const std::string dry = options([](util::ProtoWriter& out) { out.bytes(5, "All"); });
  CHECK(remove(dry).status == 200);
  CHECK(server.get(kFlunders + "/x").status == 200);
  const Answer done = remove(options([&](util::ProtoWriter& out) {
    out.varint(1, 0);
    out.message(2, [&] { out.bytes(1, uid); });
    out.bytes(4, "Background");
  }));
  CHECK(done.status == 200);
  CHECK(done.header("Content-Type") == kProtobuf);
  CHECK_THAT(done.text, Contains("Success") && Contains(uid));
  CHECK(server.get(kFlunders + "/x").status == 404);
}

TEST_CASE("options that are no options are refused and nothing is deleted") {
  RestServer server;
  server.make("x");
  const std::string whole = options([](util::ProtoWriter& out) { out.bytes(4, "Background"); });
  std::vector<std::string> bad{"x", "k8s", std::string("k8s\0\x0a", 5),
                               std::string("k8s\0", 4) + "\x12\x02\x22\x05"};
  bad.push_back(options([](util::ProtoWriter& out) { out.varint(4, 1); }));
  bad.push_back(options([](util::ProtoWriter& out) { out.bytes(4, "\xff"); }));
  for (std::size_t size = 5; size < whole.size(); ++size) {
    // Cut behind what the envelope says of itself, it holds no options, which is valid.
    if (size != 4 + 2 + 4 + 15) bad.push_back(whole.substr(0, size));
  }
  for (const std::string& body : bad) {
    INFO(body);
    CHECK(server.call("DELETE", kFlunders + "/x", body, {{"Content-Type", kProtobuf}}).status ==
          400);
  }
  CHECK(server.get(kFlunders + "/x").status == 200);
}

TEST_CASE("a deletion that must wait answers the object, which has no protobuf") {
  RestServer server;
  server.make("x", R"("finalizers":["a.example.com/b"])");
  const Answer waiting = server.call("DELETE", kFlunders + "/x", {}, accept());
  CHECK(waiting.status == 200);
  CHECK(waiting.header("Content-Type") == kJson);
  CHECK(waiting.at({"kind"}) == "Flunder");
  // As upstream's sample: the work is done, the answer cannot be made.
  CHECK(server.call("DELETE", kFlunders + "/x", {}, {{"Accept", kProtobuf}}).status == 406);
  const Answer all = server.call("DELETE", kFlunders, {}, accept());
  CHECK(all.status == 200);
  CHECK(all.at({"kind"}) == "FlunderList");
}

TEST_CASE("a watch of metadata sends frames: events, bookmarks, errors") {
  RestServer server;
  server.make("x");
  const std::string target = kFlunders + "?watch=1&allowWatchBookmarks=true";
  const Answer x = server.get(kFlunders + "/x", {{"Accept", kPartial}});
  WatchStream watch = server.watch(target + "&resourceVersion=0", accept(kAsPartial));
  WatchStream second = server.watch(target + "&resourceVersion=" + x.rv(), accept(kAsPartial));
  std::vector<std::string> found = frames(watch, server.clock.now());
  REQUIRE(found.size() == 2);
  CHECK(found[0] == event("ADDED", x.body));
  CHECK_THAT(found[1], Contains("BOOKMARK") && Contains("k8s.io/initial-events-end"));

  server.make("y");
  const Answer y = server.get(kFlunders + "/y", {{"Accept", kPartial}});
  const std::vector<std::string> added{event("ADDED", y.body)};
  CHECK(frames(watch, server.clock.now()) == added);
  CHECK(frames(second, server.clock.now()) == added);
  server.clock.advance(std::chrono::minutes(1));
  found = frames(watch, server.clock.now());
  REQUIRE(found.size() == 1);
  CHECK_THAT(found[0], Contains("BOOKMARK") && Contains("PartialObjectMetadata"));

  http::Response response = server.raw("GET", kFlunders + "?watch=1", {}, accept(kAsPartial));
  CHECK(response.headers.first("Content-Type") == kProtobuf + ";stream=watch");
  CHECK(server.raw("GET", kFlunders + "?watch=1", {}, accept()).headers.first("Content-Type") ==
        kJson);

  auto& cache = *server.backend("flunders").cache();
  const auto state = cache.list("");
  cache.reset(state.revision, state.items);
  REQUIRE(server.store->compact(*server.store->current_revision()));
  WatchStream late = server.watch(kFlunders + "?watch=1&resourceVersion=1", accept(kAsPartial));
  found = frames(late, server.clock.now());
  REQUIRE(found.size() == 1);
  CHECK_THAT(found[0], Contains("ERROR") && Contains("Expired") && Contains("too old"));
}
