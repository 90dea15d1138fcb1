#include <catch2/catch.hpp>

#include "tests/conformance/apply_kitchen.h"

using annex::conformance::Answer;
using annex::conformance::conflicts;
using annex::conformance::Kitchen;
using Lines = std::vector<std::string>;

TEST_CASE("apply row 1: what is applied no more goes") {
  Kitchen kitchen;
  CHECK(kitchen.apply("a", R"({"flavor":"rye","size":2})").status == 201);
  CHECK(kitchen.owners() == "a: .flavor .size");
  CHECK(kitchen.apply("a", R"({"flavor":"rye"})").status == 200);
  CHECK(kitchen.spec() == R"({"flavor":"rye"})");
  CHECK(kitchen.owners() == "a: .flavor");
}

TEST_CASE("apply row 2: another value of another's field is a conflict, and changes nothing") {
  Kitchen kitchen;
  const std::string rv = kitchen.apply("a", R"({"size":2})").rv();
  const Answer refused = kitchen.apply("b", R"({"size":3})");
  CHECK(conflicts(refused) == Lines{R"(conflict with "a": .spec.size)"});
  CHECK(refused.message() == R"(Apply failed with 1 conflict: conflict with "a": .spec.size)");
  CHECK(refused.reason() == "Conflict");
  CHECK(kitchen.get().rv() == rv);
}

TEST_CASE("apply row 3: force takes the field") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":2})");
  CHECK(kitchen.apply("b", R"({"size":3})", true).status == 200);
  CHECK(kitchen.spec() == R"({"size":3})");
  CHECK(kitchen.owners() == "b: .size");
}

TEST_CASE("apply row 4: an empty struct is owned as such") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":2})");
  kitchen.apply("b", R"({"size":3})", true);
  CHECK(kitchen.apply("a", "{}").status == 200);
  CHECK(kitchen.spec() == R"({"size":3})");
  CHECK(kitchen.owners() == "a: .spec; b: .size");
}

TEST_CASE("apply row 5: the same value is shared, and a new sharer has no time") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":2})");
  CHECK(kitchen.apply("b", R"({"size":2})").status == 200);
  CHECK(kitchen.owners() == "a: .size; b: .size");
  CHECK(kitchen.entry("b").find("time") == nullptr);
  CHECK(kitchen.entry("a").find("time") != nullptr);
}

TEST_CASE("apply row 6: a shared field stays until its last owner lets go") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":2})");
  kitchen.apply("b", R"({"size":2})");
  kitchen.apply("a", R"({"flavor":"rye"})");
  CHECK(kitchen.spec() == R"({"flavor":"rye","size":2})");
  kitchen.apply("b", R"({"flavor":"rye"})");
  CHECK(kitchen.spec() == R"({"flavor":"rye"})");
  CHECK(kitchen.owners() == "a: .flavor; b: .flavor");
}

namespace {

void applied_then_updated(Kitchen& kitchen) {
  kitchen.apply("a", R"({"size":2,"flavor":"rye"})");
  CHECK(kitchen.update("c", R"({"size":9,"flavor":"rye"})").status == 200);
}

}  // namespace

TEST_CASE("apply row 7: an update takes what it changes") {
  Kitchen kitchen;
  applied_then_updated(kitchen);
  CHECK(kitchen.owners() == "a: .flavor; c(Update): .size");
}

TEST_CASE("apply row 8: what was taken does not go with its old owner") {
  Kitchen kitchen;
  applied_then_updated(kitchen);
  CHECK(kitchen.apply("a", R"({"flavor":"rye"})").status == 200);
  CHECK(kitchen.spec() == R"({"flavor":"rye","size":9})");
}

TEST_CASE("apply row 9: a field that an update has is a conflict, told with its version") {
  Kitchen kitchen;
  applied_then_updated(kitchen);
  CHECK(conflicts(kitchen.apply("a", R"({"size":2})")) ==
        Lines{R"(conflict with "c" using bakery.example.com/v1: .spec.size)"});
}

TEST_CASE("apply row 10: an update to the same value owns nothing") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":1})");
  CHECK(kitchen.update("c", R"({"size":1})").status == 200);
  CHECK(kitchen.owners() == "a: .size");
}

TEST_CASE("apply row 11: who loses all its fields is gone, and who removes owns nothing") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"size":1,"lid":{"color":"red"}})");
  CHECK(kitchen.update("c", R"({"lid":{}})").status == 200);
  CHECK(kitchen.owners() == "nobody");
}

namespace {

constexpr const char* kFull =
    R"({"size":1,"lid":{"color":"red"},"tags":["x"],"ovens":[{"name":"n","temp":1}],)"
    R"("notes":{"k":"v"},"box":{"w":1}})";

}  // namespace

TEST_CASE("apply row 12: who creates by an update owns containers and leaves") {
  Kitchen kitchen;
  CHECK(kitchen.update("c", kFull).status == 201);
  CHECK(kitchen.owners() ==
        R"(c(Update): .spec .box .lid .lid.color .notes .notes.k .ovens .ovens[name="n"] )"
        R"(.ovens[name="n"].name .ovens[name="n"].temp .size .tags .tags[="x"])");
}

TEST_CASE("apply row 13: who creates by an apply owns leaves") {
  Kitchen kitchen;
  CHECK(kitchen.apply("c", kFull).status == 201);
  CHECK(kitchen.owners() == R"(c: .box .lid.color .notes.k .ovens[name="n"] .ovens[name="n"].name )"
                            R"(.ovens[name="n"].temp .size .tags[="x"])");
}

TEST_CASE("apply row 14: items of a set are owned one by one, in the order of the last apply") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"tags":["x","y"]})");
  CHECK(kitchen.apply("b", R"({"tags":["z","x"]})").status == 200);
  CHECK(kitchen.spec() == R"({"tags":["z","x","y"]})");
  CHECK(kitchen.owners() == R"(a: .tags[="x"] .tags[="y"]; b: .tags[="x"] .tags[="z"])");
}

TEST_CASE("apply row 15: an item stays while anybody has it") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"tags":["x","y"]})");
  kitchen.apply("b", R"({"tags":["z","x"]})");
  kitchen.apply("a", R"({"tags":["y"]})");
  CHECK(kitchen.spec() == R"({"tags":["z","x","y"]})");
  CHECK(kitchen.owners() == R"(a: .tags[="y"]; b: .tags[="x"] .tags[="z"])");
  kitchen.apply("a", "{}");
  CHECK(kitchen.spec() == R"({"tags":["z","x"]})");
}

TEST_CASE("apply row 16: an atomic list is owned as a whole") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"steps":["x","y"]})");
  CHECK(conflicts(kitchen.apply("b", R"({"steps":["x"]})")) ==
        Lines{R"(conflict with "a": .spec.steps)"});
  kitchen.apply("b", R"({"steps":["x"]})", true);
  CHECK(kitchen.spec() == R"({"steps":["x"]})");
  CHECK(kitchen.owners() == "b: .steps");
}

TEST_CASE("apply row 17: an atomic map is replaced as a whole") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"box":{"w":1,"h":2}})");
  CHECK(kitchen.apply("b", R"({"box":{"w":1}})", true).status == 200);
  CHECK(kitchen.spec() == R"({"box":{"w":1}})");
  CHECK(kitchen.owners() == "b: .box");
}

TEST_CASE("apply row 18: an item goes with what an updater has in it") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"ovens":[{"name":"n","temp":1},{"name":"m"}]})");
  kitchen.update("ctl", R"({"ovens":[{"name":"n","temp":1,"mode":"fan"},{"name":"m"}]})");
  CHECK_THAT(kitchen.owners(), Catch::Contains(R"(ctl(Update): .ovens[name="n"].mode)"));
  kitchen.apply("a", R"({"ovens":[{"name":"m"}]})");
  CHECK(kitchen.spec() == R"({"ovens":[{"name":"m"}]})");
  CHECK(kitchen.owners() == R"(a: .ovens[name="m"] .ovens[name="m"].name)");
}

TEST_CASE("apply row 19: an item stays with what another applier has of it") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"ovens":[{"name":"n","temp":1}]})");
  kitchen.apply("b", R"({"ovens":[{"name":"n","mode":"fan"}]})");
  kitchen.apply("a", R"({"ovens":[]})");
  CHECK(kitchen.spec() == R"({"ovens":[{"name":"n","mode":"fan"}]})");
  CHECK(kitchen.owners() == R"(b: .ovens[name="n"] .ovens[name="n"].mode .ovens[name="n"].name)");
}

TEST_CASE("apply row 20: an item that others added stays") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"ovens":[{"name":"n"}]})");
  kitchen.update("c", R"({"ovens":[{"name":"n"},{"name":"o"}]})");
  kitchen.apply("a", R"({"ovens":[{"name":"p"}]})");
  CHECK(kitchen.spec() == R"({"ovens":[{"name":"o"},{"name":"p"}]})");
}

namespace {

void shared_lid(Kitchen& kitchen) {
  kitchen.apply("a", R"({"lid":{"color":"red"}})");
  kitchen.update("ctl", R"({"lid":{"color":"red","fit":"snug"}})");
}

}  // namespace

TEST_CASE("apply row 21: a struct stays while anybody owns a field in it") {
  Kitchen kitchen;
  shared_lid(kitchen);
  kitchen.apply("a", R"({"flavor":"rye"})");
  CHECK(kitchen.spec() == R"({"flavor":"rye","lid":{"fit":"snug"}})");
  CHECK(kitchen.owners() == "a: .flavor; ctl(Update): .lid.fit");
}

TEST_CASE("apply row 22: an empty struct, or null, lets go of what was in it and keeps the rest") {
  for (const char* lid : {"{}", "null"}) {
    Kitchen kitchen;
    shared_lid(kitchen);
    CHECK(kitchen.apply("a", std::string(R"({"lid":)") + lid + "}").status == 200);
    CHECK(kitchen.spec() == R"({"lid":{"fit":"snug"}})");
    CHECK(kitchen.owners() == "a: .lid; ctl(Update): .lid.fit");
  }
}

TEST_CASE("apply row 23: null empties what nobody else has") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"lid":{"color":"red"}})");
  kitchen.apply("a", R"({"lid":null})");
  CHECK(kitchen.spec() == "{}");
  CHECK(kitchen.owners() == "a: .lid");
}

TEST_CASE("apply row 24: a map keeps the entries that others have") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"notes":{"k":"v","l":"w"}})");
  kitchen.apply("b", R"({"notes":{"k":"v"}})");
  kitchen.apply("a", R"({"notes":{}})");
  CHECK(kitchen.spec() == R"({"notes":{"k":"v"}})");
  CHECK(kitchen.owners() == "a: .notes; b: .notes.k");
}

TEST_CASE("apply row 25: the last entry of a map goes with its last owner") {
  Kitchen kitchen;
  kitchen.apply("a", R"({"notes":{"k":"v","l":"w"}})");
  kitchen.apply("b", R"({"notes":{"k":"v"}})");
  kitchen.apply("a", R"({"notes":{}})");
  kitchen.apply("b", "{}");
  CHECK(kitchen.spec() == "{}");
  CHECK(kitchen.owners() == "a: .notes; b: .spec");
}
