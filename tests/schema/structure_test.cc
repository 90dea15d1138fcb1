#include "schema/structure.h"

#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "tests/schema/bakery.h"

namespace json = annex::json;
namespace schema = annex::schema;
using Paths = std::vector<std::string>;

namespace {

struct Loaf {
  explicit Loaf(const schema::bakery::Variant& variant = {})
      : id(schema::bakery::loaf(table, variant)), type(table, id) {}

  schema::TypeTable table;
  schema::TypeId id;
  schema::MergeType type;
};

json::Value spec(const std::string& members) {
  auto value = json::parse("{\"spec\":" + members + "}");
  REQUIRE(value);
  return std::move(*value);
}

Paths owned(const Loaf& loaf, const std::string& members) {
  return schema::owned_fields(loaf.type, spec(members)).shown();
}

std::string merged(const Loaf& loaf, const std::string& live, const std::string& config) {
  return json::write(schema::merge_structure(loaf.type, spec(live), spec(config)));
}

std::string problem(const Loaf& loaf, const std::string& members, bool allow_duplicates = false) {
  auto done = schema::check_structure(loaf.type, spec(members), allow_duplicates);
  return done ? "" : done.error().message;
}

schema::Comparison compared(const Loaf& loaf, const std::string& before, const std::string& after) {
  auto found = schema::compare_structure(loaf.type, spec(before), spec(after));
  REQUIRE(found);
  return std::move(*found);
}

}  // namespace

TEST_CASE(
    "what is applied is owned leaf by leaf, containers only where they are empty or undeclared") {
  const Loaf loaf;
  CHECK(owned(loaf, R"({"size":1,"lid":{"color":"red"},"tags":["x"],"notes":{"k":"v"},)"
                    R"("box":{"w":1},"steps":["a"],"ovens":[{"name":"n","temp":1}]})") ==
        Paths{".spec.box", ".spec.lid.color", ".spec.notes.k", R"(.spec.ovens[name="n"])",
              R"(.spec.ovens[name="n"].name)", R"(.spec.ovens[name="n"].temp)", ".spec.size",
              ".spec.steps", R"(.spec.tags[="x"])"});
  CHECK(owned(loaf, "{}") == Paths{".spec"});
  CHECK(owned(loaf, R"({"tags":[]})").empty());
  CHECK(owned(loaf, R"({"tags":null,"lid":{},"notes":null})") ==
        Paths{".spec.lid", ".spec.notes", ".spec.tags"});
  CHECK(owned(loaf, R"({"free":{"l":[1],"m":{"a":1},"n":null}})") ==
        Paths{".spec.free.l", ".spec.free.m", ".spec.free.m.a", ".spec.free.n"});
}

TEST_CASE("keys take their defaults, and what repeats is owned by its path alone") {
  const Loaf loaf;
  CHECK(owned(loaf, R"({"ports":[{"num":80,"label":"x"}]})") ==
        Paths{R"(.spec.ports[num=80,proto="TCP"])", R"(.spec.ports[num=80,proto="TCP"].label)",
              R"(.spec.ports[num=80,proto="TCP"].num)"});
  CHECK(owned(loaf, R"({"tags":["x","x","y"]})") ==
        Paths{R"(.spec.tags[="x"])", R"(.spec.tags[="y"])"});
  CHECK(owned(loaf, R"({"ovens":[{"name":"n","temp":1},{"name":"n"}]})") ==
        Paths{R"(.spec.ovens[name="n"])"});
}

TEST_CASE("a comparison tells containers that come and go, and leaves that change") {
  const Loaf loaf;
  const auto grown = compared(loaf, R"({"size":1})", R"({"size":2,"lid":{"color":"red"}})");
  CHECK(grown.modified.shown() == Paths{".spec.size"});
  CHECK(grown.added.shown() == Paths{".spec.lid", ".spec.lid.color"});
  CHECK(grown.removed.empty());
  const auto shrunk = compared(loaf, R"({"ovens":[{"name":"n","temp":1}]})", R"({"size":1.0})");
  CHECK(shrunk.removed.shown() == Paths{".spec.ovens", R"(.spec.ovens[name="n"])",
                                        R"(.spec.ovens[name="n"].name)",
                                        R"(.spec.ovens[name="n"].temp)"});
  CHECK(shrunk.added.shown() == Paths{".spec.size"});
  CHECK(compared(loaf, R"({"size":1})", R"({"size":1.0})").same());
}

TEST_CASE("empty, null and absent differ; what is atomic differs as a whole") {
  const Loaf loaf;
  CHECK(compared(loaf, R"({"lid":{}})", R"({"lid":null})").modified.shown() == Paths{".spec.lid"});
  CHECK(compared(loaf, R"({"lid":{}})", R"({})").removed.shown() == Paths{".spec.lid"});
  CHECK(compared(loaf, R"({"box":{"w":1}})", R"({"box":{"w":1,"h":2}})").modified.shown() ==
        Paths{".spec.box"});
  CHECK(compared(loaf, R"({"steps":["a"]})", R"({"steps":["a","b"]})").modified.shown() ==
        Paths{".spec.steps"});
  const auto form = compared(loaf, R"({"free":{"a":1}})", R"({"free":"s"})");
  CHECK(form.modified.shown() == Paths{".spec.free"});
  CHECK(form.removed.shown() == Paths{".spec.free.a"});
}

TEST_CASE("items that repeat are compared together") {
  const Loaf loaf;
  CHECK(compared(loaf, R"({"tags":["x","x"]})", R"({"tags":["x","x","y"]})").added.shown() ==
        Paths{R"(.spec.tags[="y"])"});
  CHECK(compared(loaf, R"({"tags":["x","x"]})", R"({"tags":["x","x","x"]})").modified.shown() ==
        Paths{R"(.spec.tags[="x"])"});
  const auto once =
      compared(loaf, R"({"ovens":[{"name":"n"},{"name":"n"}]})", R"({"ovens":[{"name":"n"}]})");
  CHECK(once.removed.shown() == Paths{R"(.spec.ovens[name="n"])"});
  CHECK(once.added.shown() == Paths{R"(.spec.ovens[name="n"])", R"(.spec.ovens[name="n"].name)"});
  const auto twice =
      compared(loaf, R"({"ovens":[{"name":"n"}]})", R"({"ovens":[{"name":"n"},{"name":"n"}]})");
  CHECK(twice.added.shown() == Paths{R"(.spec.ovens[name="n"])"});
  CHECK(twice.removed.size() == 2);
  auto lost =
      schema::compare_structure(loaf.type, spec(R"({"ovens":[{}]})"), spec(R"({"ovens":[]})"));
  REQUIRE_FALSE(lost);
  CHECK(lost.error().message.find("omits all key fields [\"name\"]") != std::string::npos);
}

TEST_CASE("a merge keeps the order of what is applied, and others' items at their neighbours") {
  const Loaf loaf;
  auto tags = [&](const char* live, const char* config) {
    return merged(loaf, std::string("{\"tags\":") + live + "}",
                  std::string("{\"tags\":") + config + "}");
  };
  CHECK(tags(R"(["a","b","c","d","e"])", R"(["e","c","x","a"])") ==
        R"({"spec":{"tags":["b","d","e","c","x","a"]}})");
  CHECK(tags(R"(["p","a","q","b","r"])", R"(["b","n","a"])") ==
        R"({"spec":{"tags":["p","q","b","r","n","a"]}})");
  CHECK(tags(R"(["x","x","y"])", R"(["z"])") == R"({"spec":{"tags":["x","x","y","z"]}})");
  CHECK(tags(R"(["x","x","y"])", R"(["x"])") == R"({"spec":{"tags":["x","y"]}})");
  CHECK(tags("[]", "[]") == R"({"spec":{"tags":[]}})");
  CHECK(tags(R"(["x"])", "null") == R"({"spec":{"tags":["x"]}})");
}

TEST_CASE(
    "maps merge member by member, what is atomic is replaced, a null empties only what is empty") {
  const Loaf loaf;
  CHECK(merged(loaf, R"({"lid":{"color":"red"}})", R"({"lid":{"fit":"snug"}})") ==
        R"({"spec":{"lid":{"color":"red","fit":"snug"}}})");
  CHECK(merged(loaf, R"({"box":{"w":1,"h":2}})", R"({"box":{"w":3}})") ==
        R"({"spec":{"box":{"w":3}}})");
  CHECK(merged(loaf, R"({"lid":{"color":"red"}})", R"({"lid":null})") ==
        R"({"spec":{"lid":{"color":"red"}}})");
  CHECK(merged(loaf, R"({"lid":{}})", R"({"lid":null})") == R"({"spec":{"lid":null}})");
  CHECK(merged(loaf, R"({"free":{"a":1}})", R"({"free":"s"})") == R"({"spec":{"free":"s"}})");
  CHECK(merged(loaf, R"({"ports":[{"num":80,"label":"x"}]})",
               R"({"ports":[{"num":80,"proto":"TCP","label":"y"},{"num":80,"proto":"UDP"}]})") ==
        R"({"spec":{"ports":[{"num":80,"label":"y","proto":"TCP"},{"num":80,"proto":"UDP"}]}})");
}

TEST_CASE("what is removed goes with all below it, and an emptied container is null") {
  const Loaf loaf;
  const auto value = spec(R"({"size":1,"lid":{"color":"red"},"tags":["x","y"],"box":{"w":1},)"
                          R"("ovens":[{"name":"n","temp":1},{"name":"m"}]})");
  auto removed = [&](const char* fields) {
    auto set = schema::FieldSet::read(*json::parse(fields));
    REQUIRE(set);
    return json::write(schema::remove_fields(loaf.type, value, *set));
  };
  CHECK(removed(R"({"f:spec":{"f:size":{},"f:lid":{"f:color":{}},"f:tags":{"v:\"x\"":{}},)"
                R"("f:ovens":{"k:{\"name\":\"n\"}":{}},"f:box":{"f:w":{}}}})") ==
        R"({"spec":{"lid":null,"tags":["y"],"box":null,"ovens":[{"name":"m"}]}})");
  CHECK(removed(R"({"f:spec":{}})") == "null");
}

TEST_CASE("declared members on the way are added to a set, keys of maps and items are not") {
  const Loaf loaf;
  auto named = [&](const char* fields) {
    return schema::with_named_fields(loaf.type, *schema::FieldSet::read(*json::parse(fields)))
        .shown();
  };
  CHECK(named(R"({"f:spec":{"f:lid":{"f:color":{}},"f:notes":{"f:k":{"f:x":{}}}}})") ==
        Paths{".spec", ".spec.lid", ".spec.lid.color", ".spec.notes", ".spec.notes.k.x"});
  CHECK(
      named(R"({"f:spec":{"f:ovens":{"k:{\"name\":\"n\"}":{"f:temp":{}}}},"f:odd":{"f:x":{}}})") ==
      Paths{".odd.x", ".spec", ".spec.ovens", R"(.spec.ovens[name="n"].temp)"});
}

TEST_CASE("a set follows a type that became atomic, and stays where it became granular") {
  schema::bakery::Variant variant;
  variant.lid_atomic = true;
  variant.box_granular = true;
  const Loaf loaf(variant);
  auto reconciled = [&](const char* fields) {
    return schema::reconciled(loaf.type, *schema::FieldSet::read(*json::parse(fields))).shown();
  };
  CHECK(reconciled(R"({"f:spec":{"f:lid":{"f:color":{}},"f:size":{}}})") ==
        Paths{".spec.lid", ".spec.size"});
  CHECK(reconciled(R"({"f:spec":{"f:lid":{}}})") == Paths{".spec.lid"});
  CHECK(reconciled(R"({"f:spec":{"f:box":{}}})") == Paths{".spec.box"});
  CHECK(reconciled(R"({"f:spec":{"f:steps":{"v:\"x\"":{}}}})") == Paths{".spec.steps"});
  CHECK(reconciled(R"({"f:spec":{"f:free":{"f:a":{"f:b":{}}}},"f:gone":{"f:x":{}}})") ==
        Paths{".gone.x", ".spec.free.a.b"});
}

TEST_CASE("what cannot be merged is refused with its path") {
  const Loaf loaf;
  CHECK(problem(loaf, R"({"nope":1})") == ".spec.nope: field not declared in schema");
  CHECK(problem(loaf, R"({"size":"x"})") ==
        ".spec.size: expected numeric (int or float), got string");
  CHECK(problem(loaf, R"({"flavor":1})") == ".spec.flavor: expected string, got number");
  CHECK(problem(loaf, R"({"lid":[]})") == ".spec.lid: expected map, got array");
  CHECK(problem(loaf, R"({"tags":{}})") == ".spec.tags: expected list, got object");
  CHECK(problem(loaf, R"({"ports":[{"num":80},{"num":80,"proto":"TCP"}]})") ==
        R"(.spec.ports: duplicate entries for key [num=80,proto="TCP"])");
  CHECK(problem(loaf, R"({"tags":["x","x"]})", true).empty());
  CHECK(problem(loaf, R"({"tags":[null]})") ==
        ".spec.tags: element 0: associative list without keys has an element that's an explicit "
        "null");
  CHECK(problem(loaf, R"({"ovens":["x"]})") ==
        ".spec.ovens: element 0: associative list with keys may not have non-map elements");
  CHECK(problem(loaf, R"({"lid":null,"tags":null,"free":null,"size":null})").empty());
  CHECK(problem(loaf, R"({"size":true,"nope":1})") ==
        "errors:\n  .spec.size: expected numeric (int or float), got bool\n"
        "  .spec.nope: field not declared in schema");
}

TEST_CASE("documents that nest deep cost no more stack than a bound") {
  const Loaf loaf;
  std::string deep = "1";
  for (int i = 0; i < 5000; ++i) deep = R"({"a":)" + deep + "}";
  const std::string members = "{\"free\":" + deep + "}";
  CHECK(problem(loaf, members).empty());
  CHECK(owned(loaf, members).size() > 100);
  CHECK(merged(loaf, "{}", members).size() > members.size());
  CHECK(compared(loaf, members, members).same());
  CHECK_FALSE(compared(loaf, members, "{}").same());
  const auto set = schema::owned_fields(loaf.type, spec(members));
  CHECK(schema::FieldSet::read(set.write()));
}
