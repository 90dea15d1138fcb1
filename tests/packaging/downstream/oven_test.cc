// Ovens: kept in no store, told by a feed.
#include <annex/testing/difference.h>
#include <annex/testing/fixture.h>

#include "bakery.h"
#include "expect.h"

using annex::testing::event_difference;

void test_ovens() {
  const std::string path = "/apis/bakery.example.com/v1/ovens";
  bakery::Ovens ovens;
  ovens.measure("left", 20);
  ovens.measure("right", 20);
  annex::Server server("bakery");
  bakery::describe_server(server, ovens);
  annex::testing::Fixture fixture(server);

  const auto page = fixture.get(path + "?limit=1").json();
  expect_none(annex::testing::difference(page, "items: [{metadata: {name: left}, degrees: 20}]"),
              "ovens are listed by pages");
  expect(!page.at_string({"metadata", "continue"}).empty(), "which go on");
  auto watch = fixture.get(path +
                           "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&"
                           "resourceVersionMatch=NotOlderThan");
  expect_none(event_difference(watch.next_json(), "ADDED", "metadata: {name: left}"), "all come");
  expect_none(event_difference(watch.next_json(), "ADDED", "metadata: {name: right}"), "all come");
  expect_none(event_difference(watch.next_json(), "BOOKMARK",
                               R"(metadata: {annotations: {k8s.io/initial-events-end: "true"}})"),
              "then a bookmark says that this is all");
  ovens.measure("left", 200);
  expect_none(event_difference(watch.next_json(), "MODIFIED", "degrees: 200"),
              "what the feed tells arrives");
  auto old = fixture.get(path + "?watch=true&resourceVersion=1");
  expect_none(event_difference(old.next_json(), "ERROR", "{code: 410, reason: Expired}"),
              "a watch from before the server is told to list again");
  expect_none(annex::testing::status_difference(fixture.send("DELETE", path + "/left").json(),
                                                {.code = 405, .reason = "MethodNotAllowed"}),
              "nothing is written");
}
