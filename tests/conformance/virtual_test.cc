// Virtual resources: objects from functions of the program, with and without a feed.
#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <stdexcept>

#include "annex/annex.h"
#include "annex/json/read.h"
#include "annex/testing/fixture.h"

namespace {

using annex::Reason;
using annex::testing::Fixture;
using Catch::Contains;

struct Kettle {
  annex::meta::ObjectMeta metadata;
  std::int32_t degrees = 20;
  friend void describe(annex::schema::Object<Kettle>& kettle) {
    kettle.field<&Kettle::metadata>("metadata", "Standard object metadata.");
    kettle.field<&Kettle::degrees>("degrees", "How hot it is.").defaulted();
  }
};

struct KettleHooks {
  std::vector<annex::Column<Kettle>> columns() const {
    return {{"Degrees", "integer", "How hot it is.",
             [](const Kettle& kettle) { return annex::json::Value(kettle.degrees); }}};
  }
  std::vector<annex::SelectableField<Kettle>> selectable_fields() const {
    return {{"degrees", [](const Kettle& kettle) { return std::to_string(kettle.degrees); }}};
  }
};

/// The system behind: kettles that a test puts there.
class Kitchen {
 public:
  void set(const std::string& name, std::int32_t degrees) {
    const std::lock_guard lock(mutex_);
    kettles_[name] = degrees;
  }
  void remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    kettles_.erase(name);
  }
  void fail(const std::string& why) {
    const std::lock_guard lock(mutex_);
    failure_ = why;
  }
  int lists() {
    const std::lock_guard lock(mutex_);
    return lists_;
  }

  annex::Result<std::vector<Kettle>> list() {
    const std::lock_guard lock(mutex_);
    ++lists_;
    if (failure_ == "throw") throw std::runtime_error("the kitchen burns");
    if (!failure_.empty()) return annex::Error::unavailable(failure_);
    std::vector<Kettle> all;
    for (const auto& [name, degrees] : kettles_) all.push_back(make(name, degrees));
    return all;
  }
  annex::Result<std::optional<Kettle>> get(const annex::ObjectName& object) {
    const std::lock_guard lock(mutex_);
    const auto found = kettles_.find(object.name);
    if (object.name_space != "kitchen" || found == kettles_.end()) return std::optional<Kettle>();
    return std::optional(make(found->first, found->second));
  }

  static Kettle make(const std::string& name, std::int32_t degrees) {
    Kettle kettle;
    kettle.metadata.name = name;
    kettle.metadata.name_space = "kitchen";
    kettle.metadata.labels["is"] = name;
    kettle.degrees = degrees;
    return kettle;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::int32_t> kettles_;
  std::string failure_;
  int lists_ = 0;
};

const std::string kKettles = "/apis/kitchen.example.com/v1/namespaces/kitchen/kettles";

struct Server {
  Kitchen kitchen;
  annex::ChangeFeed<Kettle> feed;
  annex::Server server{"kitchen"};

  explicit Server(bool with_feed = false, bool with_get = false) {
    annex::Virtual<Kettle> source;
    source.list = [this] { return kitchen.list(); };
    if (with_get) source.get = [this](const annex::ObjectName& name) { return kitchen.get(name); };
    if (with_feed) source.feed = feed;
    server.group("kitchen.example.com")
        .virtual_resource<Kettle>("kettles", "Kettle", std::move(source), KettleHooks{})
        .version("v1");
    for (const auto& [name, degrees] : {std::pair{"a", 20}, {"b", 60}, {"c", 100}}) {
      kitchen.set(name, degrees);
    }
  }
};

std::string names(const annex::json::Value& list) {
  std::string all;
  const annex::json::Value* items = list.find("items");
  if (items == nullptr) return "no list";
  for (const auto& item : items->as_array()) all += item.at_string({"metadata", "name"}) + " ";
  return all;
}

std::string rv(const annex::json::Value& object) {
  return object.at_string({"metadata", "resourceVersion"});
}

/// "ADDED a 20", "BOOKMARK" and so on, of the next event.
std::string next(annex::testing::Reply& watch) {
  const annex::json::Value event = watch.next_json();
  const annex::json::Value* object = event.find("object");
  if (object == nullptr) return "nothing";
  const std::string name = object->at_string({"metadata", "name"});
  const annex::json::Value* degrees = object->find("degrees");
  return event.at_string({"type"}) + (name.empty() ? "" : " " + name) +
         (degrees == nullptr ? "" : " " + std::to_string(degrees->as_int64()));
}

TEST_CASE("What functions give is read as what is stored is") {
  Server kitchen;
  Fixture fixture(kitchen.server);
  const auto list = fixture.get(kKettles).json();
  CHECK(names(list) == "a b c ");
  CHECK(list.at_string({"kind"}) == "KettleList");
  CHECK(!rv(list).empty());
  const auto one = fixture.get(kKettles + "/b").json();
  CHECK(one.at_string({"kind"}) == "Kettle");
  CHECK(one.find("degrees")->as_int64() == 60);
  CHECK(!rv(one).empty());
  CHECK(fixture.get(kKettles + "/none").json().at_string({"message"}) ==
        "kettles.kitchen.example.com \"none\" not found");
  CHECK(names(fixture.get(kKettles + "?labelSelector=is+in+(a,c)").json()) == "a c ");
  CHECK(names(fixture.get(kKettles + "?fieldSelector=degrees%3D60").json()) == "b ");
  CHECK(names(fixture.get(kKettles + "?fieldSelector=metadata.name%3Dc").json()) == "c ");
  CHECK(names(fixture.get("/apis/kitchen.example.com/v1/kettles").json()) == "a b c ");
  CHECK(names(fixture.get("/apis/kitchen.example.com/v1/namespaces/other/kettles").json()) == "");
  CHECK(fixture.get("/apis/kitchen.example.com/v1/namespaces/other/kettles/a").status() == 404);

  const auto table =
      fixture.get(kKettles, {{"Accept", "application/json;as=Table;g=meta.k8s.io;v=v1"}}).json();
  REQUIRE(table.find("rows")->as_array().size() == 3);
  CHECK(table.find("rows")->as_array()[2].find("cells")->as_array()[1].as_int64() == 100);
  const auto partial =
      fixture
          .get(kKettles,
               {{"Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}})
          .json();
  CHECK(partial.at_string({"kind"}) == "PartialObjectMetadataList");
  CHECK(names(partial) == "a b c ");
}

TEST_CASE("Nothing is written, and discovery says so") {
  Server kitchen;
  Fixture fixture(kitchen.server);
  const auto body = fixture.get(kKettles + "/a").json();
  CHECK(fixture.post(kKettles, body).status() == 405);
  CHECK(fixture.put(kKettles + "/a", body).status() == 405);
  CHECK(fixture.send("DELETE", kKettles + "/a").status() == 405);
  CHECK(fixture.send("DELETE", kKettles).status() == 405);
  CHECK(
      fixture
          .send("PATCH", kKettles + "/a", "{}", {{"Content-Type", "application/merge-patch+json"}})
          .status() == 405);
  const auto discovered = fixture.get("/apis/kitchen.example.com/v1").json();
  CHECK_THAT(annex::json::write(discovered), Contains(R"("verbs":["get","list","watch"])"));
  const std::string openapi = fixture.get("/openapi/v2").text();
  CHECK_THAT(openapi, Contains("listKitchenExampleComV1NamespacedKettle") &&
                          !Contains("createKitchenExampleComV1NamespacedKettle"));
}

TEST_CASE("Pages show one state, and the resourceVersion never goes back") {
  Server kitchen;
  Fixture fixture(kitchen.server);
  const auto page = fixture.get(kKettles + "?limit=2").json();
  CHECK(names(page) == "a b ");
  CHECK(page.find("metadata")->find("remainingItemCount")->as_int64() == 1);
  const std::string rest =
      kKettles + "?limit=2&continue=" + page.at_string({"metadata", "continue"});
  kitchen.kitchen.set("d", 10);
  kitchen.kitchen.remove("c");
  const auto now = fixture.get(kKettles).json();
  CHECK(names(now) == "a b d ");
  CHECK(std::stoull(rv(now)) > std::stoull(rv(page)));
  const auto second = fixture.get(rest).json();
  CHECK(names(second) == "c ");
  CHECK(rv(second) == rv(page));

  fixture.clock().advance(std::chrono::minutes(6));
  const auto late = fixture.get(rest).json();
  CHECK(late.at_string({"reason"}) == "Expired");
  const auto inconsistent =
      fixture.get(kKettles + "?limit=2&continue=" + late.at_string({"metadata", "continue"}))
          .json();
  CHECK(names(inconsistent) == "d ");

  CHECK(names(fixture.get(kKettles + "?resourceVersionMatch=Exact&resourceVersion=" + rv(now))
                  .json()) == "no list");
  const auto newest = fixture.get(kKettles).json();
  CHECK(names(fixture.get(kKettles + "?resourceVersionMatch=Exact&resourceVersion=" + rv(newest))
                  .json()) == "a b d ");
  const auto future = fixture.get(kKettles + "?resourceVersion=9000000000000000000").json();
  CHECK_THAT(future.at_string({"message"}), Contains("Too large resource version"));
}

/// An informer's life across a restart: what it knew stays older than what comes, and it lists
/// again.
void check_restart(Server& kitchen) {
  std::string known;
  std::string known_object;
  annex::util::WallTime stopped_at{};
  {
    Fixture before(kitchen.server);
    before.get(kKettles);
    // More changes than microseconds: revisions run ahead of the clock.
    for (int i = 0; i < 2000; ++i) {
      const std::string name = "k" + std::to_string(i);
      kitchen.kitchen.set(name, i);
      kitchen.feed.put(Kitchen::make(name, i));
    }
    const auto list = before.get(kKettles).json();
    known = rv(list);
    known_object = rv(list.find("items")->as_array().back());
    stopped_at = before.clock().wall_now();
  }
  kitchen.kitchen.set("k7", -7);
  Fixture after(kitchen.server);
  after.clock().set_wall(stopped_at + std::chrono::milliseconds(5));

  // The first of the new process's reads may be the old watch.
  auto watch =
      after.get(kKettles + "?watch=true&allowWatchBookmarks=true&resourceVersion=" + known);
  const auto refused = watch.next_json();
  CHECK(refused.at_string({"type"}) == "ERROR");
  CHECK(refused.at_string({"object", "reason"}) == "Expired");
  const auto list = after.get(kKettles).json();
  CHECK(std::stoull(rv(list)) > std::stoull(known));
  for (const auto& item : list.find("items")->as_array()) {
    CHECK(std::stoull(rv(item)) > std::stoull(known_object));
    CHECK(std::stoull(rv(item)) <= std::stoull(rv(list)));
  }
  CHECK(std::stoull(rv(after.get(kKettles + "/k7").json())) > std::stoull(known_object));
  auto again = after.get(kKettles + "?watch=true&resourceVersion=" + rv(list));
  kitchen.kitchen.set("k7", 7);
  kitchen.feed.put(Kitchen::make("k7", 7));
  after.clock().advance(std::chrono::seconds(2));
  const auto change = again.next_json();
  CHECK(change.at_string({"type"}) == "MODIFIED");
  CHECK(std::stoull(rv(*change.find("object"))) > std::stoull(rv(list)));
}

TEST_CASE("resourceVersions do not go back across a restart, and old watches are told to list") {
  SECTION("listed") {
    Server kitchen;
    check_restart(kitchen);
  }
  SECTION("told by a feed") {
    Server kitchen(true);
    check_restart(kitchen);
  }
  SECTION("with a function that gets one") {
    Server kitchen(false, true);
    check_restart(kitchen);
  }
}

TEST_CASE("Without a feed watches compare what is listed while somebody watches") {
  Server kitchen;
  Fixture fixture(kitchen.server);
  const auto list = fixture.get(kKettles).json();
  auto watch =
      fixture.get(kKettles + "?watch=true&allowWatchBookmarks=true&resourceVersion=" + rv(list));
  CHECK(!watch.line_if_any());
  kitchen.kitchen.set("a", 30);
  kitchen.kitchen.set("d", 10);
  kitchen.kitchen.remove("b");
  fixture.clock().advance(std::chrono::seconds(2));
  CHECK(next(watch) == "MODIFIED a 30");
  CHECK(next(watch) == "DELETED b 60");
  CHECK(next(watch) == "ADDED d 10");
  fixture.clock().advance(std::chrono::seconds(2));
  kitchen.kitchen.set("c", 99);
  fixture.clock().advance(std::chrono::seconds(2));
  CHECK(next(watch) == "MODIFIED c 99");
  CHECK(!watch.line_if_any());
  fixture.clock().advance(std::chrono::seconds(120));
  CHECK(next(watch) == "BOOKMARK");

  // A selector turns a change into coming and going.
  auto hot = fixture.get(kKettles + "?watch=true&fieldSelector=degrees%3D99");
  CHECK(next(hot) == "ADDED c 99");
  kitchen.kitchen.set("c", 98);
  fixture.clock().advance(std::chrono::seconds(2));
  CHECK(next(hot) == "DELETED c 99");  // as it last was in the selection

  // A streaming list, with its closing bookmark.
  auto streaming = fixture.get(
      kKettles +
      "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch="
      "NotOlderThan");
  for (const char* wanted : {"ADDED a 30", "ADDED c 98", "ADDED d 10"}) {
    CHECK(next(streaming) == wanted);
  }
  const auto closing = streaming.next_json();
  CHECK(closing.at_string({"type"}) == "BOOKMARK");
  CHECK(closing.at_string({"object", "metadata", "annotations", "k8s.io/initial-events-end"}) ==
        "true");

  // A watch from a time before this server is told to list again.
  auto old = fixture.get(kKettles + "?watch=true&resourceVersion=5");
  CHECK(old.next_json().at_string({"object", "reason"}) == "Expired");
}

TEST_CASE("With a feed changes arrive as they are told, and are listed once") {
  Server kitchen(true);
  Fixture fixture(kitchen.server);
  auto watch = fixture.get(kKettles + "?watch=true");
  for (const char* wanted : {"ADDED a 20", "ADDED b 60", "ADDED c 100"}) {
    CHECK(next(watch) == wanted);
  }
  kitchen.feed.put(Kitchen::make("a", 21));
  kitchen.feed.put(Kitchen::make("a", 21));
  kitchen.feed.remove({"kitchen", "b"});
  kitchen.feed.remove({"kitchen", "b"});
  kitchen.feed.put(Kitchen::make("d", 10));
  CHECK(next(watch) == "MODIFIED a 21");
  CHECK(next(watch) == "DELETED b 60");
  CHECK(next(watch) == "ADDED d 10");
  CHECK(names(fixture.get(kKettles).json()) == "a c d ");
  CHECK(fixture.get(kKettles + "/b").status() == 404);
  CHECK(kitchen.kitchen.lists() == 1);

  // What was lost is found again.
  kitchen.kitchen.set("a", 21);
  kitchen.kitchen.remove("b");
  kitchen.kitchen.set("c", 1);
  kitchen.feed.reset();
  CHECK(names(fixture.get(kKettles).json()) == "a c ");
  CHECK(next(watch) == "MODIFIED c 1");
  CHECK(next(watch) == "DELETED d 10");
  CHECK(kitchen.kitchen.lists() == 2);

  // Also if nobody reads: whoever watches must hear of it.
  kitchen.kitchen.set("c", 2);
  kitchen.kitchen.fail("the kitchen is closed");
  kitchen.feed.reset();
  fixture.clock().advance(std::chrono::seconds(2));
  CHECK(!watch.line_if_any());
  kitchen.kitchen.fail("");
  fixture.clock().advance(std::chrono::seconds(2));
  CHECK(next(watch) == "MODIFIED c 2");
  kitchen.server.stop();
  kitchen.feed.put(Kitchen::make("e", 1));
}

TEST_CASE("One object is asked for alone where a function gives it") {
  Server kitchen(false, true);
  Fixture fixture(kitchen.server);
  CHECK(fixture.get(kKettles + "/a").status() == 200);
  CHECK(fixture.get(kKettles + "/none").status() == 404);
  CHECK(kitchen.kitchen.lists() == 0);
  const auto list = fixture.get(kKettles).json();
  auto watch = fixture.get(kKettles + "?watch=true&resourceVersion=" + rv(list));
  const std::string same = rv(fixture.get(kKettles + "/a").json());
  CHECK(rv(fixture.get(kKettles + "/a").json()) == same);
  CHECK(!watch.line_if_any());
  kitchen.kitchen.set("a", 77);
  const auto changed = fixture.get(kKettles + "/a").json();
  CHECK(std::stoull(rv(changed)) > std::stoull(same));
  CHECK(next(watch) == "MODIFIED a 77");
  kitchen.kitchen.remove("a");
  CHECK(fixture.get(kKettles + "/a").status() == 404);
  CHECK(next(watch) == "DELETED a 77");
}

TEST_CASE("A source that fails is told, and watches go on when it works again") {
  Server kitchen;
  Fixture fixture(kitchen.server);
  kitchen.kitchen.fail("the kitchen is closed");
  const auto refused = fixture.get(kKettles);
  CHECK(refused.status() == 503);
  CHECK(refused.json().at_string({"message"}) == "the kitchen is closed");
  kitchen.kitchen.fail("throw");
  CHECK(fixture.get(kKettles).status() == 500);
  CHECK(fixture.get("/readyz").status() == 200);
  kitchen.kitchen.fail("");
  auto watch = fixture.get(kKettles + "?watch=true&fieldSelector=metadata.name%3Da");
  CHECK(next(watch) == "ADDED a 20");
  kitchen.kitchen.fail("closed again");
  fixture.clock().advance(std::chrono::seconds(2));
  CHECK(fixture.get(kKettles).status() == 503);
  kitchen.kitchen.fail("");
  kitchen.kitchen.set("a", 90);
  fixture.clock().advance(std::chrono::seconds(2));
  CHECK(next(watch) == "MODIFIED a 90");
}

TEST_CASE("What is wrong about a virtual resource is told at the start") {
  annex::Server server("kitchen");
  server.group("kitchen.example.com")
      .virtual_resource<Kettle>("kettles", "Kettle", annex::Virtual<Kettle>{})
      .version("v1");
  CHECK_THROWS_WITH(Fixture(server), Contains("is virtual, but nothing lists its objects"));
}

}  // namespace
