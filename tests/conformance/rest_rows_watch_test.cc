#include <catch2/catch.hpp>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;
using Lines = std::vector<std::string>;
using std::chrono::seconds;

namespace {

const std::string kWatchList =
    "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";

bool ends_initial(const json::Value& event) {
  return event.at_string({"object", "metadata", "annotations", "k8s.io/initial-events-end"}) ==
         "true";
}

}  // namespace

TEST_CASE("row 91: a watch from a revision sees what follows") {
  RestServer server;
  const std::string begin = server.make("x").rv();
  WatchStream watch = server.watch(kFlunders + "?watch=1&resourceVersion=" + begin);
  CHECK(watch.read(server.clock.now()).empty());
  const std::string added = server.make("y").rv();
  const std::string modified =
      server.patch(kFlunders + "/y", kMergePatch, R"({"spec":{"reference":"s"}})").rv();
  server.remove(kFlunders + "/y");
  const auto events = watch.read(server.clock.now());
  REQUIRE(events.size() == 3);
  CHECK(events[0].at_string({"type"}) == "ADDED");
  CHECK(events[0].at_string({"object", "kind"}) == "Flunder");
  CHECK(events[0].at_string({"object", "metadata", "resourceVersion"}) == added);
  CHECK(events[1].at_string({"type"}) == "MODIFIED");
  CHECK(events[1].at_string({"object", "metadata", "resourceVersion"}) == modified);
  CHECK(events[2].at_string({"type"}) == "DELETED");
  CHECK(events[2].at_string({"object", "spec", "reference"}) == "s");
  CHECK(std::stoull(events[2].at_string({"object", "metadata", "resourceVersion"})) >
        std::stoull(modified));
}

TEST_CASE("row 92: a change of labels is a coming and going") {
  RestServer server;
  const std::string begin = server.make("x").rv();
  WatchStream watch =
      server.watch(kFlunders + "?watch=1&labelSelector=a%3D1&resourceVersion=" + begin);
  const std::string gone =
      server.patch(kFlunders + "/x", kMergePatch, R"({"metadata":{"labels":{"a":null}}})").rv();
  const std::string back =
      server.patch(kFlunders + "/x", kMergePatch, R"({"metadata":{"labels":{"a":"1"}}})").rv();
  const auto events = watch.read(server.clock.now());
  REQUIRE(events.size() == 2);
  CHECK(events[0].at_string({"type"}) == "DELETED");
  CHECK(events[0].at_string({"object", "metadata", "labels", "a"}) == "1");
  CHECK(events[0].at_string({"object", "metadata", "resourceVersion"}) == gone);
  CHECK(events[1].at_string({"type"}) == "ADDED");
  CHECK(events[1].at_string({"object", "metadata", "resourceVersion"}) == back);
}

TEST_CASE("row 93: a watch from before the history") {
  RestServer server;
  server.make("x");
  // The history begins where the store was compacted and the cache was filled.
  auto& cache = *server.backend("flunders").cache();
  const auto state = cache.list("");
  cache.reset(state.revision, state.items);
  REQUIRE(server.store->compact(*server.store->current_revision()));
  WatchStream late = server.watch(kFlunders + "?watch=1&resourceVersion=1");
  const auto expired = late.read(server.clock.now());
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].at_string({"type"}) == "ERROR");
  CHECK(expired[0].at_string({"object", "reason"}) == "Expired");
  CHECK(expired[0].find("object")->find("code")->as_int64() == 410);
  CHECK(expired[0].at_string({"object", "message"}) ==
        "too old resource version: 1 (" + std::to_string(state.revision) + ")");
  CHECK(late.ended());
}

TEST_CASE("row 94: a watch ends at its time") {
  RestServer server;
  WatchStream watch = server.watch(kFlunders + "?watch=1&timeoutSeconds=2");
  CHECK(watch.read(server.clock.now()).empty());
  CHECK_FALSE(watch.ended());
  CHECK(watch.source().wake_at() == server.clock.now() + seconds(2));
  server.clock.advance(seconds(2));
  CHECK(watch.read(server.clock.now()).empty());
  CHECK(watch.ended());
}

TEST_CASE("row 95: a watch without a revision begins with the state") {
  RestServer server;
  const std::string x = server.make("x").rv();
  const std::string w = server.make("w").rv();
  WatchStream watch = server.watch(kFlunders + "?watch=1");
  CHECK(watch.lines(server.clock.now()) == Lines{"ADDED w " + w, "ADDED x " + x});
  const std::string y = server.make("y").rv();
  CHECK(watch.lines(server.clock.now()) == Lines{"ADDED y " + y});
}

TEST_CASE("row 96: a watch-list of nothing is complete at once") {
  RestServer server;
  WatchStream watch = server.watch(kFlunders + kWatchList);
  const auto events = watch.read(server.clock.now());
  REQUIRE(events.size() == 1);
  CHECK(events[0].at_string({"type"}) == "BOOKMARK");
  CHECK(events[0].at_string({"object", "kind"}) == "Flunder");
  CHECK(ends_initial(events[0]));
  CHECK(!events[0].at_string({"object", "metadata", "resourceVersion"}).empty());
  server.make("x");
  WatchStream full = server.watch(kFlunders + kWatchList);
  const auto both = full.read(server.clock.now());
  REQUIRE(both.size() == 2);
  CHECK(both[0].at_string({"type"}) == "ADDED");
  CHECK(ends_initial(both[1]));
}

TEST_CASE("row 97: initial events without a match") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?watch=1&sendInitialEvents=true");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.message(),
             Contains("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
}

TEST_CASE("row 99: bookmarks tell the revision") {
  RestServer server;
  const std::string begin = server.make("x").rv();
  WatchStream watch = server.watch(
      kFlunders + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=70&resourceVersion=" + begin);
  CHECK(watch.read(server.clock.now()).empty());
  const std::string other = server.make("o", "", kFlasks).rv();
  server.clock.advance(seconds(59));
  CHECK(watch.read(server.clock.now()).empty());
  server.clock.advance(seconds(1));
  CHECK(watch.lines(server.clock.now()) == Lines{"BOOKMARK  " + other});
  server.clock.advance(seconds(8));
  CHECK(watch.lines(server.clock.now()) == Lines{"BOOKMARK  " + other});
  server.clock.advance(seconds(2));
  CHECK(watch.read(server.clock.now()).empty());
  CHECK(watch.ended());
}

TEST_CASE("row 100: a watch in YAML") {
  RestServer server;
  const Answer answer = server.get(kFlunders + "?watch=1", {{"Accept", "application/yaml"}});
  CHECK(answer.status == 406);
  // The error itself is no stream, so it comes in YAML.
  CHECK_THAT(answer.text, Contains("application/json;stream=watch"));
  CHECK(answer.header("Content-Type") == "application/yaml");
}

TEST_CASE("row 103: a watch as tables has columns once") {
  RestServer server;
  server.make("x");
  server.make("y");
  WatchStream watch = server.watch(kFlunders + "?watch=1", {{"Accept", kTable}});
  const auto events = watch.read(server.clock.now());
  REQUIRE(events.size() == 2);
  CHECK(events[0].at_string({"object", "kind"}) == "Table");
  CHECK(events[0].find("object")->find("columnDefinitions")->as_array().size() == 2);
  CHECK(events[1].find("object")->find("columnDefinitions")->is_null());
  const json::Value& row = events[1].find("object")->find("rows")->as_array()[0];
  CHECK(row.find("cells")->as_array()[0].as_string() == "y");
}

TEST_CASE("a watch of a revision that has not come is silent until then") {
  RestServer server;
  const std::uint64_t now = std::stoull(server.make("x").rv());
  WatchStream watch =
      server.watch(kFlunders + "?watch=1&resourceVersion=" + std::to_string(now + 1));
  server.make("y");
  CHECK(watch.read(server.clock.now()).empty());
  const std::string z = server.make("z").rv();
  CHECK(watch.lines(server.clock.now()) == Lines{"ADDED z " + z});
}

TEST_CASE("a watch-list of a revision that does not come ends with an error") {
  RestServer server;
  WatchStream watch = server.watch(kFlunders + kWatchList + "&resourceVersion=1000000");
  const auto events = watch.read(server.clock.now());
  REQUIRE(events.size() == 1);
  CHECK(events[0].at_string({"type"}) == "ERROR");
  CHECK(events[0].at_string({"object", "reason"}) == "Timeout");
  CHECK(watch.ended());
}

TEST_CASE("a watch of one namespace and one name") {
  RestServer server;
  const std::string begin = server.make("x").rv();
  WatchStream space = server.watch(kFlunders + "?watch=1&resourceVersion=" + begin);
  WatchStream named =
      server.watch(kFlunders + "?watch=1&fieldSelector=metadata.name%3Dx&resourceVersion=" + begin);
  WatchStream path =
      server.watch(kBase + "/watch/namespaces/default/flunders/x?resourceVersion=" + begin);
  server.make("y", "", kBase + "/namespaces/other/flunders");
  const std::string y = server.make("y").rv();
  const std::string x =
      server.patch(kFlunders + "/x", kMergePatch, R"({"spec":{"reference":"s"}})").rv();
  CHECK(space.lines(server.clock.now()) == Lines{"ADDED y " + y, "MODIFIED x " + x});
  CHECK(named.lines(server.clock.now()) == Lines{"MODIFIED x " + x});
  CHECK(path.lines(server.clock.now()) == Lines{"MODIFIED x " + x});
}

TEST_CASE("watches end when the server stops") {
  RestServer server;
  WatchStream watch = server.watch(kFlunders + "?watch=1");
  watch.read(server.clock.now());
  server.backends->stop();
  watch.read(server.clock.now());
  CHECK(watch.ended());
}
