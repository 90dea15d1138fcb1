#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "tests/conformance/apply_kitchen.h"

namespace json = annex::json;
using annex::conformance::Answer;
using annex::conformance::conflicts;
using annex::conformance::Kitchen;
using annex::conformance::Menu;
using Lines = std::vector<std::string>;

namespace {

json::Object& metadata(Answer& answer) { return answer.body.as_object()["metadata"].as_object(); }

std::string annotation(const Answer& answer) {
  return answer.at({"metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"});
}

/// What kubectl's client-side apply makes: the object with a record of its configuration.
void apply_by_client(Kitchen& kitchen, const std::string& spec) {
  const std::string config =
      R"({"apiVersion":"bakery.example.com/v1","kind":"Loaf","metadata":{"name":"x"},"spec":)" +
      spec + "}";
  json::Value object = *json::parse(config);
  json::Object annotations{{"kubectl.kubernetes.io/last-applied-configuration", config}};
  object.find("metadata")->as_object().set("annotations", std::move(annotations));
  REQUIRE(kitchen.server
              .post("/apis/bakery.example.com/v1/namespaces/default/loaves"
                    "?fieldManager=kubectl-client-side-apply",
                    json::write(object))
              .status == 201);
}

}  // namespace

TEST_CASE("apply row 42: the same again stores nothing and keeps the time") {
  Kitchen kitchen;
  const std::string rv = kitchen.apply("a", R"({"size":1})").rv();
  const std::string time = kitchen.entry("a").at_string({"time"});
  kitchen.server.clock.advance(std::chrono::seconds(60));
  const Answer again = kitchen.apply("a", R"({"size":1})");
  CHECK(again.status == 200);
  CHECK(again.rv() == rv);
  CHECK(kitchen.entry("a").at_string({"time"}) == time);
  CHECK(kitchen.apply("a", R"({"size":2})").rv() != rv);
  CHECK(kitchen.entry("a").at_string({"time"}) != time);
}

TEST_CASE("apply row 43: an empty list, or an empty entry, makes the managers forgotten") {
  // Of the changes that come with it nobody is told either, as upstream's own server has it.
  for (const char* entries : {"[]", "[{}]"}) {
    Kitchen kitchen;
    Answer made = kitchen.apply("a", R"({"size":1})");
    metadata(made).set("managedFields", *json::parse(entries));
    made.body.as_object().set("spec", json::Object{{"size", 2}});
    CHECK(kitchen.put("c", made.body).status == 200);
    CHECK(kitchen.spec() == R"({"size":2})");
    CHECK(kitchen.owners() == "nobody");
  }
}

TEST_CASE("apply row 44: who sends no managers leaves them as they are") {
  Kitchen kitchen;
  Answer made = kitchen.apply("a", R"({"size":1})");
  metadata(made).erase("managedFields");
  CHECK(kitchen.put("c", made.body).status == 200);
  CHECK(kitchen.owners() == "a: .size");
}

TEST_CASE("apply row 45: through a subresource managers cannot be edited") {
  Menu menu;
  menu.status = true;
  Kitchen kitchen(menu);
  Answer made = kitchen.apply("a", R"({"size":1})");
  metadata(made).set("managedFields", json::Array{json::Object()});
  made.body.as_object().set("status", json::Object{{"phase", "p"}});
  CHECK(kitchen.put("c", made.body, "/status").status == 200);
  CHECK(kitchen.owners() == "a: .size; c(Update): .status .status.phase");
  CHECK(kitchen.entry("c").at_string({"subresource"}) == "status");
}

TEST_CASE("apply row 46: the oldest updaters of a version become one when there are too many") {
  Kitchen kitchen;
  kitchen.update("m0", R"({"size":1})");
  for (int i = 1; i <= 10; ++i) {
    kitchen.server.clock.advance(std::chrono::seconds(1));
    std::string notes;
    for (int j = 1; j <= i; ++j) {
      notes += (j == 1 ? "" : ",") + ("\"n" + std::to_string(j)) + "\":\"v\"";
    }
    CHECK(kitchen.update("m" + std::to_string(i), R"({"size":1,"notes":{)" + notes + "}}").status ==
          200);
  }
  CHECK(kitchen.entry("m0").is_null());
  CHECK(kitchen.entry("m1").is_null());
  CHECK_FALSE(kitchen.entry("m2").is_null());
  CHECK_THAT(kitchen.owners(),
             Catch::StartsWith("ancient-changes(Update): .spec .notes .notes.n1 .size; "));
}

TEST_CASE("apply row 47: kubectl takes over from its client-side apply, others do not") {
  Kitchen kitchen;
  apply_by_client(kitchen, R"({"size":1,"flavor":"rye"})");
  CHECK(kitchen.apply("other", R"({"size":2})").status == 409);
  CHECK(kitchen.apply("kubectl", R"({"size":2})").status == 200);
  CHECK(kitchen.spec() == R"({"flavor":"rye","size":2})");
  CHECK(annotation(kitchen.get()) ==
        R"({"apiVersion":"bakery.example.com/v1","kind":"Loaf","metadata":{"name":"x"},)"
        "\"spec\":{\"size\":2}}\n");
}

TEST_CASE("apply row 48: of metadata the labels are owned, what identifies the object is not") {
  Kitchen kitchen;
  CHECK(kitchen.apply_document("a", R"("metadata":{"labels":{"x":"1"},"namespace":"default"})")
            .status == 201);
  CHECK(kitchen.owners() == "a: .metadata.labels.x");
}

TEST_CASE("what kubectl recorded does not excuse a conflict about something else") {
  Kitchen kitchen;
  apply_by_client(kitchen, R"({"size":1,"flavor":"rye"})");
  kitchen.update("c", R"({"size":5,"flavor":"rye"})");
  CHECK(conflicts(kitchen.apply("kubectl", R"({"size":2,"flavor":"oat"})")) ==
        Lines{R"(conflict with "c" using bakery.example.com/v1: .spec.size)"});
}

TEST_CASE("a conflict with several managers lists them in order") {
  Kitchen kitchen;
  kitchen.apply("b", R"({"size":1})");
  kitchen.apply("a", R"({"flavor":"rye","notes":{"k":"v"}})");
  const Answer refused = kitchen.apply("c", R"({"size":2,"flavor":"oat","notes":{"k":"w"}})");
  CHECK(refused.message() ==
        "Apply failed with 3 conflicts: conflicts with \"a\":\n- .spec.flavor\n- .spec.notes.k\n"
        "conflicts with \"b\":\n- .spec.size");
}

TEST_CASE("damaged managers never fail an update, and do fail an apply") {
  Kitchen kitchen;
  Answer made = kitchen.apply("a", R"({"size":1})");
  const json::Value damaged =
      *json::parse(R"([{"manager":"a","operation":"Apply","apiVersion":"bakery.example.com/v1",)"
                   R"("fieldsType":"FieldsV1","fieldsV1":{"nope":{}}}])");
  metadata(made).set("managedFields", damaged);
  made.body.as_object().set("spec", json::Object{{"size", 2}});
  CHECK(kitchen.put("c", made.body).status == 200);
  // The client's were of no use: the live ones went on.
  CHECK(kitchen.owners() == "c(Update): .size");
}

TEST_CASE("an apply needs a manager, a kind and a version, and no managers of its own") {
  Kitchen kitchen;
  const std::string path = "/apis/bakery.example.com/v1/namespaces/default/loaves/x";
  const auto send = [&](const std::string& query, const std::string& body) {
    return kitchen.server.patch(path + query, annex::conformance::kApply, body);
  };
  CHECK(send("", "{}").cause() == "FieldValueRequired fieldManager");
  CHECK(send("?fieldManager=a", "{}").message() == "invalid object type: /, Kind=");
  CHECK(send("?fieldManager=a", "apiVersion: v1\nkind: Loaf").message() ==
        "invalid object type: /v1, Kind=Loaf");
  CHECK(send("?fieldManager=a", "[1]").status == 400);
  CHECK(send("?fieldManager=a", "{a").status == 400);
  const std::string type = "apiVersion: bakery.example.com/v1\nkind: Loaf\n";
  CHECK(send("?fieldManager=a", type + "metadata: {name: x, managedFields: []}").message() ==
        "metadata.managedFields must be nil");
  CHECK(send("?fieldManager=a", type + "metadata: {name: z}").message() ==
        "the name of the object (z) does not match the name on the URL (x)");
  CHECK(send("?fieldManager=a", type + "metadata: {name: x, uid: u}").status == 409);
  CHECK(send("?fieldManager=a&fieldValidation=Strict",
             type + "metadata: {name: x}\nspec: {size: 1, size: 2}")
            .status == 400);
  CHECK(send("?fieldManager=a&dryRun=All", type + "metadata: {name: x}\nspec: {size: 1}").status ==
        201);
  CHECK(kitchen.get().status == 404);
}

TEST_CASE("writers are told by their User-Agent where they name no manager") {
  Kitchen kitchen;
  const std::string path = "/apis/bakery.example.com/v1/namespaces/default/loaves";
  const std::string body = R"({"metadata":{"name":"x"},"spec":{"size":1}})";
  CHECK(kitchen.server.call("POST", path, body, {{"User-Agent", "ova\tl/1.2 (x)"}}).status == 201);
  CHECK(kitchen.owners() == "oval(Update): .spec .size");
  CHECK(kitchen.server
            .call("PATCH", path + "/x", R"({"spec":{"size":2}})",
                  {{"Content-Type", annex::conformance::kMergePatch}})
            .status == 200);
  CHECK(kitchen.owners() == "oval(Update): .spec; unknown(Update): .size");
}
