#include <catch2/catch.hpp>

#include "tests/conformance/rest_server.h"

using namespace annex;
using namespace annex::conformance;
using Catch::Contains;

TEST_CASE("row 101: a list as a table") {
  RestServer server;
  server.make("x");
  const Answer answer = server.get(kFlunders, {{"Accept", kTable + ",application/json"}});
  CHECK(answer.status == 200);
  CHECK(answer.at({"kind"}) == "Table");
  CHECK(answer.at({"apiVersion"}) == "meta.k8s.io/v1");
  CHECK(answer.header("Content-Type") == "application/json");
  const auto& columns = answer.body.find("columnDefinitions")->as_array();
  REQUIRE(columns.size() == 2);
  CHECK(columns[0].at_string({"name"}) == "Name");
  CHECK(columns[0].at_string({"format"}) == "name");
  CHECK(columns[1].at_string({"name"}) == "Created At");
  CHECK(columns[1].at_string({"type"}) == "date");
  const json::Value& row = answer.body.find("rows")->as_array().at(0);
  CHECK(row.find("cells")->as_array()[1].as_string() == "2026-01-02T03:04:05Z");
  CHECK(row.at_string({"object", "kind"}) == "PartialObjectMetadata");
  CHECK(!answer.rv().empty());
}

TEST_CASE("row 102: what the rows include") {
  RestServer server;
  server.make("x");
  const Answer object = server.get(kFlunders + "?includeObject=Object", {{"Accept", kTable}});
  CHECK(object.body.find("rows")->as_array().at(0).at_string({"object", "kind"}) == "Flunder");
  const Answer none = server.get(kFlunders + "?includeObject=None", {{"Accept", kTable}});
  CHECK(none.body.find("rows")->as_array().at(0).find("object")->is_null());
  const Answer wrong = server.get(kFlunders + "?includeObject=x", {{"Accept", kTable}});
  CHECK(wrong.status == 400);
  CHECK_THAT(wrong.message(), Contains("Unable to convert to Table as requested: "));
}

TEST_CASE("columns of a hook, for one object and for a write's answer") {
  RestServer server;
  const Answer made = server.post(kFlasks, R"({"metadata":{"name":"x"},"spec":{"reference":"r"}})",
                                  {{"Accept", kTable}});
  CHECK(made.status == 201);
  CHECK(made.at({"kind"}) == "Table");
  const Answer answer = server.get(kFlasks + "/x", {{"Accept", kTable}});
  const auto& cells = answer.body.find("rows")->as_array().at(0).find("cells")->as_array();
  REQUIRE(cells.size() == 3);
  CHECK(cells[0].as_string() == "x");
  CHECK(cells[2].as_string() == "r");
  CHECK(answer.body.find("columnDefinitions")->as_array()[2].find("priority")->as_int64() == 1);
  CHECK(server.remove(kFlasks + "/x").at({"kind"}) == "Status");
  CHECK_THAT(server.get(kFlasks, {{"Accept", kTable}}).text, Contains("\"rows\":[]"));
}
