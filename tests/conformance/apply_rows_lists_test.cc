#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "tests/conformance/apply_kitchen.h"

using annex::conformance::Answer;
using annex::conformance::conflicts;
using annex::conformance::Kitchen;
using annex::conformance::Menu;
using Lines = std::vector<std::string>;

TEST_CASE("apply row 26: a key that is left out is its default in the path, and not owned") {
  Kitchen kitchen;
  CHECK(kitchen.apply("a", R"({"ports":[{"num":80,"label":"x"}]})").status == 201);
  CHECK(kitchen.owners() == R"(a: .ports[num=80,proto="TCP"] .ports[num=80,proto="TCP"].label )"
                            R"(.ports[num=80,proto="TCP"].num)");
}

TEST_CASE("apply row 27: the default and its value are the same item") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"ports":[{"num":80,"label":"x"}]})");
  CHECK(kitchen
            .apply("a", R"({"ports":[{"num":80,"proto":"TCP","label":"y"},)"
                        R"({"num":80,"proto":"UDP"}]})")
            .status == 200);
  CHECK(kitchen.spec() ==
        R"({"ports":[{"num":80,"proto":"TCP","label":"y"},{"num":80,"proto":"UDP"}]})");
}

TEST_CASE("apply row 28: an item may not be applied twice, also by its default") {
  Kitchen kitchen;
  const Answer refused = kitchen.apply("b", R"({"ports":[{"num":80},{"num":80,"proto":"TCP"}]})");
  CHECK(refused.status == 500);
  CHECK(refused.message() ==
        R"(failed to create typed patch object (/x; bakery.example.com/v1, Kind=Loaf): )"
        R"(.spec.ports: duplicate entries for key [num=80,proto="TCP"])");
}

TEST_CASE("apply row 29: keys without defaults may be left out, but not all") {
  Menu menu;
  menu.variant.proto_default = false;
  Kitchen kitchen(menu);
  CHECK_THAT(kitchen.apply("a", R"({"ports":[{"label":"x"}]})").message(),
             Catch::Contains(R"(omits all key fields ["num" "proto"])"));
  CHECK(kitchen.apply("a", R"({"ports":[{"num":80}]})").status == 201);
  CHECK(kitchen.apply("b", R"({"ports":[{"num":80,"proto":"UDP"}]})").status == 200);
  CHECK(kitchen.owners() ==
        R"(a: .ports[num=80] .ports[num=80].num; b: .ports[num=80,proto="UDP"] )"
        R"(.ports[num=80,proto="UDP"].num .ports[num=80,proto="UDP"].proto)");
}

namespace {

Menu repeats() {
  Menu menu;
  menu.variant.repeats = true;
  return menu;
}

}  // namespace

TEST_CASE("apply row 30: items that repeat stay as they are, owned once") {
  Kitchen kitchen(repeats());
  kitchen.update("ctl", R"({"tags":["x","x","y"]})");
  CHECK(kitchen.apply("a", R"({"tags":["z"]})").status == 200);
  CHECK(kitchen.spec() == R"({"tags":["x","x","y","z"]})");
  CHECK(kitchen.owners() == R"(a: .tags[="z"]; ctl(Update): .spec .tags .tags[="x"] .tags[="y"])");
}

TEST_CASE("apply row 31: to apply an item that repeats is a conflict, and by force it is one") {
  Kitchen kitchen(repeats());
  kitchen.update("ctl", R"({"tags":["x","x","y"]})");
  kitchen.apply("a", R"({"tags":["z"]})");
  CHECK(conflicts(kitchen.apply("a", R"({"tags":["x"]})")) ==
        Lines{R"(conflict with "ctl" using bakery.example.com/v1: .spec.tags[="x"])"});
  CHECK(kitchen.apply("a", R"({"tags":["x"]})", true).status == 200);
  CHECK(kitchen.spec() == R"({"tags":["x","y"]})");
}

TEST_CASE("apply row 32: of items that repeat only the path is owned") {
  Kitchen kitchen(repeats());
  kitchen.update("ctl", R"({"ovens":[{"name":"n","temp":1},{"name":"n","temp":2}]})");
  CHECK(kitchen.owners() == R"(ctl(Update): .spec .ovens .ovens[name="n"])");
  kitchen.update("ctl", R"({"ovens":[{"name":"n","temp":2}]})");
  CHECK(kitchen.owners() == R"(ctl(Update): .spec .ovens .ovens[name="n"] .ovens[name="n"].name )"
                            R"(.ovens[name="n"].temp)");
}

TEST_CASE("apply row 33: free-form maps merge member by member") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"free":{"l":[1,2],"m":{"a":1}}})");
  CHECK(kitchen.apply("b", R"({"free":{"m":{"b":2}}})").status == 200);
  CHECK(kitchen.spec() == R"({"free":{"l":[1,2],"m":{"a":1,"b":2}}})");
  CHECK(kitchen.owners() == "a: .free.l .free.m .free.m.a; b: .free.m .free.m.b");
}

TEST_CASE("apply row 34: free-form lists are owned as a whole") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"free":{"l":[1,2],"m":{"a":1}}})");
  kitchen.apply("b", R"({"free":{"m":{"b":2}}})");
  CHECK(conflicts(kitchen.apply("b", R"({"free":{"l":[1]}})")) ==
        Lines{R"(conflict with "a": .spec.free.l)"});
}

TEST_CASE("apply row 35: a free-form value may change its form") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"free":{"a":1}})");
  CHECK(kitchen.update("c", R"({"free":"s"})").status == 200);
  CHECK(conflicts(kitchen.apply("a", R"({"free":{"a":1}})")) ==
        Lines{R"(conflict with "c" using bakery.example.com/v1: .spec.free)"});
  CHECK(kitchen.apply("a", R"({"free":{"a":1}})", true).status == 200);
  CHECK(kitchen.spec() == R"({"free":{"a":1}})");
}

TEST_CASE("apply row 36: the status is nobody's on the main path") {
  Menu menu;
  menu.status = true;
  Kitchen kitchen(menu);
  kitchen.apply_document("a", R"("spec":{"size":1},"status":{"phase":"p"})");
  CHECK(kitchen.owners() == "a: .size");
  Answer live = kitchen.get();
  live.body.as_object().set("apiVersion", "bakery.example.com/v1");
  live.body.as_object().set("status", annex::json::Object{{"phase", "q"}});
  CHECK(kitchen.put("c", live.body).status == 200);
  CHECK(kitchen.owners() == "a: .size");
}

TEST_CASE("apply row 37: an applier that goes on in another version has one entry") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":1,"flavor":"rye"})");
  CHECK(kitchen.apply("a", R"({"size":1})", false, "v2").status == 200);
  CHECK(kitchen.spec() == R"({"size":1})");
  CHECK(kitchen.owners() == "a: .size");
  CHECK(kitchen.entry("a").at_string({"apiVersion"}) == "bakery.example.com/v2");
}

TEST_CASE(
    "apply row 38: the entry of a version that is gone is dropped, and takes nothing with it") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":1,"flavor":"rye"})");
  Menu menu;
  menu.v1_served = false;
  kitchen.reopen(menu);
  CHECK(kitchen.apply("a", R"({"size":1})", false, "v2").status == 200);
  CHECK(kitchen.spec() == R"({"flavor":"rye","size":1})");
  CHECK(kitchen.owners() == "a: .size");
}

TEST_CASE("apply row 39: what was there before the first apply is the server's own manager's") {
  Kitchen kitchen;
  Answer made = kitchen.update("c", R"({"size":1,"flavor":"rye"})");
  made.body.as_object()["metadata"].as_object().set("managedFields", annex::json::Array());
  REQUIRE(kitchen.put("c", made.body).status == 200);
  REQUIRE(kitchen.owners() == "nobody");
  CHECK(conflicts(kitchen.apply("a", R"({"size":2})")) ==
        Lines{R"(conflict with "before-first-apply" using bakery.example.com/v1: .spec.size)"});
  CHECK(kitchen.apply("a", R"({"size":1})").status == 200);
  CHECK(kitchen.owners() == "a: .size; before-first-apply(Update): .spec .flavor .size");
}

TEST_CASE("apply row 40: a struct that became atomic is owned as a whole") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"lid":{"color":"red"}})");
  Menu menu;
  menu.variant.lid_atomic = true;
  kitchen.reopen(menu);
  CHECK(conflicts(kitchen.apply("b", R"({"lid":{"fit":"snug"}})")) ==
        Lines{R"(conflict with "a": .spec.lid)"});
  kitchen.apply("b", R"({"size":1})");
  CHECK(kitchen.owners() == "a: .lid; b: .size");
}

TEST_CASE("apply row 41: a map that became granular leaves its entries to anybody") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"box":{"w":1}})");
  Menu menu;
  menu.variant.box_granular = true;
  kitchen.reopen(menu);
  CHECK(kitchen.apply("b", R"({"box":{"w":2}})").status == 200);
  CHECK(kitchen.owners() == "a: .box; b: .box.w");
}

TEST_CASE("apply row 49: what the type does not have is refused, and nothing stored") {
  Kitchen kitchen;
  const Answer refused = kitchen.apply("a", R"({"nope":1})");
  CHECK(refused.status == 500);
  CHECK(refused.reason().empty());
  CHECK(refused.message() ==
        "failed to create typed patch object (/x; bakery.example.com/v1, Kind=Loaf): .spec.nope: "
        "field not declared in schema");
  CHECK(kitchen.get().status == 404);
}

TEST_CASE("apply row 50: an empty set is nobody's, and null is its sender's") {
  Kitchen kitchen;
  CHECK(kitchen.apply("a", R"({"tags":[]})").status == 201);
  CHECK(kitchen.owners() == "nobody");
  CHECK(kitchen.apply("a", R"({"tags":null})").status == 200);
  // And since nobody was known, what was there before is told, too.
  CHECK(kitchen.owners() == "a: .tags; before-first-apply(Update): .spec");
}
