#include <catch2/catch.hpp>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/carry_changes.h"
#include "annex/schema/carry_through.h"
#include "annex/schema/describe.h"

namespace schema = annex::schema;
namespace json = annex::json;

namespace {

enum class Crust { kThin, kThick };
void describe(schema::Enum<Crust>& crust) {
  crust.value(Crust::kThin, "Thin").value(Crust::kThick, "Thick");
}

struct Slice {
  std::string name{};
  Crust crust = Crust::kThin;
  std::int32_t weight = 10;
  friend void describe(schema::Object<Slice>& slice) {
    slice.preserve_unknown();
    slice.field<&Slice::name>("name", "").required();
    slice.field<&Slice::crust>("crust", "");
    slice.field<&Slice::weight>("weight", "");
  }
};

struct Loaf {
  std::string flour{};
  std::optional<std::int64_t> price{};
  Crust crust = Crust::kThin;
  std::vector<Slice> slices{};
  std::vector<Slice> crumbs{};
  std::map<std::string, std::vector<Crust>> crusts{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::flour>("flour", "");
    loaf.field<&Loaf::price>("price", "");
    loaf.field<&Loaf::crust>("crust", "");
    loaf.field<&Loaf::slices>("slices", "").list_map("name");
    loaf.field<&Loaf::crumbs>("crumbs", "");
    loaf.field<&Loaf::crusts>("crusts", "");
  }
};

/// An older form: text where there is an enum, and no list.
struct Roll {
  std::string flour{};
  std::string crust{};
  std::vector<Slice> slices{};
  std::int32_t crumbs{};
  std::map<std::string, std::vector<Crust>> crusts{};
  friend void describe(schema::Object<Roll>& roll) {
    roll.field<&Roll::flour>("flour", "");
    roll.field<&Roll::crust>("crust", "");
    roll.field<&Roll::slices>("slices", "").list_map("name");
    roll.field<&Roll::crumbs>("crumbs", "");
    roll.field<&Roll::crusts>("crusts", "");
  }
};

struct Types {
  schema::TypeTable table;
  schema::TypeId loaf = schema::describe_type<Loaf>(table, "com.example.v2.Loaf");
  schema::TypeId roll = schema::describe_type<Roll>(table, "com.example.v1.Roll");
};

/// `text` after `edit` has worked on its struct.
template <typename Edit>
std::string edited(const char* text, Edit edit) {
  const Types types;
  json::Value document = *json::parse(text);
  Loaf loaf = *schema::decode<Loaf>(document);
  const json::Value before = schema::encode(loaf);
  edit(loaf);
  schema::carry_changes(types.table, types.loaf, before, schema::encode(loaf), document);
  return json::write(document);
}

/// What becomes of `text`, a Loaf, where `convert` makes a Roll of its struct; or what is wrong.
template <typename Convert>
std::string converted(const char* text, Convert convert) {
  const Types types;
  const json::Value document = *json::parse(text);
  const Loaf loaf = *schema::decode<Loaf>(document);
  json::Value result = schema::encode(convert(loaf));
  schema::FieldErrors errors;
  schema::carry_through(types.table,
                        {types.loaf, document, schema::encode(loaf), types.roll, result}, errors);
  if (!errors.empty()) return errors.aggregate();
  for (const char* name : {"flour", "crumbs"}) result.as_object().erase(name);
  for (const char* name : {"slices", "crusts"}) {
    const json::Value& list = *result.find(name);
    if (list == json::Array() || list == json::Object()) result.as_object().erase(name);
  }
  return json::write(result);
}

Roll copy(const Loaf& loaf) {
  Roll roll;
  roll.flour = loaf.flour;
  roll.crust = loaf.crust == Crust::kThick ? "Thick" : "Thin";
  roll.slices = loaf.slices;
  roll.crusts = loaf.crusts;
  return roll;
}

}  // namespace

TEST_CASE("a change of the struct leaves the rest of its document alone") {
  const char* text = R"({"crust":"Odd","price":3,"slices":[{"name":"a"},{"name":"b"}]})";
  CHECK(edited(text, [](Loaf&) {}) == text);
  CHECK(edited(text, [](Loaf& loaf) {
          loaf.flour = "rye";
          loaf.price.reset();
          loaf.slices[1].weight = 2;
        }) == R"({"crust":"Odd","slices":[{"name":"a"},{"name":"b","weight":2}],"flour":"rye"})");
  CHECK(edited(text, [](Loaf& loaf) { loaf.crust = Crust::kThick; }) ==
        R"({"crust":"Thick","price":3,"slices":[{"name":"a"},{"name":"b"}]})");
}

TEST_CASE("items of a list with keys are followed by them") {
  const char* text =
      R"({"slices":[{"name":"a"},{"name":"b","crust":"Odd","x":1},{"name":"c","crust":"New"}]})";
  CHECK(edited(text,
               [](Loaf& loaf) {
                 loaf.slices.erase(loaf.slices.begin());
                 loaf.slices[0].weight = 1;
                 std::swap(loaf.slices[0], loaf.slices[1]);
                 loaf.slices.push_back({.name = "d"});
               }) ==
        R"({"slices":[{"name":"c","crust":"New"},{"name":"b","crust":"Odd","x":1,"weight":1},)"
        R"({"name":"d","crust":"Thin","weight":10}]})");
  CHECK(edited(text, [](Loaf& loaf) { loaf.slices[1].name = "z"; }) ==
        R"({"slices":[{"name":"a"},{"name":"z","crust":"Thin","weight":10},)"
        R"({"name":"c","crust":"New"}]})");
}

TEST_CASE("items of other lists are followed if they are equal or stay in their place") {
  const char* text = R"({"crumbs":[{"name":"a","crust":"Odd"},{"name":"b","crust":"New"}]})";
  CHECK(edited(text, [](Loaf& loaf) { std::swap(loaf.crumbs[0], loaf.crumbs[1]); }) ==
        R"({"crumbs":[{"name":"b","crust":"New"},{"name":"a","crust":"Odd"}]})");
  CHECK(edited(text, [](Loaf& loaf) { loaf.crumbs[1].name = "c"; }) ==
        R"({"crumbs":[{"name":"a","crust":"Odd"},{"name":"c","crust":"New"}]})");
  CHECK(edited(text, [](Loaf& loaf) { loaf.crumbs.erase(loaf.crumbs.begin()); }) ==
        R"({"crumbs":[{"name":"b","crust":"New"}]})");
  CHECK(edited(text, [](Loaf& loaf) {
          loaf.crumbs.push_back({.name = "c"});
          loaf.crumbs.erase(loaf.crumbs.begin());
        }) == R"({"crumbs":[{"name":"b","crust":"New"},{"name":"c","crust":"Thin","weight":10}]})");
}

TEST_CASE("undeclared texts inside maps stay") {
  const char* text = R"({"crusts":{"x":["Odd","Thick"],"y":["Thin"]}})";
  CHECK(edited(text, [](Loaf& loaf) {
          loaf.crusts["x"][1] = Crust::kThin;
          loaf.crusts.erase("y");
          loaf.crusts["z"] = {Crust::kThick};
        }) == R"({"crusts":{"x":["Odd","Thin"],"z":["Thick"]}})");
}

TEST_CASE("a conversion keeps undeclared texts of fields that both versions have") {
  CHECK(converted(R"({"crust":"Odd"})", copy) == R"({"crust":"Odd"})");
  CHECK(converted(R"({"crust":"Thick"})", copy) == R"({"crust":"Thick"})");
  CHECK(converted(R"({"crusts":{"k":["Thick","Odd"]}})", copy) ==
        R"({"crust":"Thin","crusts":{"k":["Thick","Odd"]}})");
  const char* slices = R"({"slices":[{"name":"a","crust":"Odd"},{"name":"b"}]})";
  CHECK(converted(slices,
                  [](const Loaf& loaf) {
                    Roll roll = copy(loaf);
                    std::swap(roll.slices[0], roll.slices[1]);
                    return roll;
                  }) == R"({"crust":"Thin","slices":[{"name":"b","crust":"Thin","weight":10},)"
                        R"({"name":"a","crust":"Odd","weight":10}]})");
}

TEST_CASE("a conversion keeps members that both versions preserve") {
  CHECK(converted(R"({"slices":[{"name":"a","x":{"y":1}}]})", copy) ==
        R"({"crust":"Thin","slices":[{"name":"a","crust":"Thin","weight":10,"x":{"y":1}}]})");
}

TEST_CASE("a conversion that makes something else of an undeclared text is refused") {
  const std::string refused =
      "crust: Unsupported value: \"Odd\": supported values: \"Thin\", \"Thick\"";
  CHECK(converted(R"({"crust":"Odd"})", [](const Loaf& loaf) {
          Roll roll = copy(loaf);
          roll.crust = "Crunchy";
          return roll;
        }) == refused);
  CHECK(converted(R"({"slices":[{"name":"a","crust":"Odd"}]})", [](const Loaf& loaf) {
          Roll roll = copy(loaf);
          roll.slices.clear();
          return roll;
        }) == "slices[0]." + refused);
}

TEST_CASE("a conversion may leave out what the other version does not have") {
  CHECK(converted(R"({"crumbs":[{"name":"a","crust":"Odd"}]})", copy) == R"({"crust":"Thin"})");
}

namespace {

struct Flat {
  std::string text{};
  std::vector<std::string> list{};
};
void describe(schema::Object<Flat>& flat) {
  flat.field<&Flat::text>("text", "");
  flat.field<&Flat::list>("list", "");
}

/// Holds itself, and what its branch may not.
template <typename Leaf>
struct Tree {
  std::vector<Tree> branches{};
  std::map<std::string, Leaf> leaves{};
  friend void describe(schema::Object<Tree>& tree) {
    tree.template field<&Tree::branches>("branches", "");
    tree.template field<&Tree::leaves>("leaves", "");
  }
};

template <typename T>
bool all_held() {
  schema::TypeTable table;
  return table.at(schema::describe_type<T>(table, "com.example.v1.T")).all_held;
}

}  // namespace

TEST_CASE("a type is held whole if all that it contains is") {
  CHECK(all_held<Flat>());
  CHECK(all_held<Tree<Flat>>());
  CHECK(all_held<Tree<std::string>>());
  CHECK_FALSE(all_held<Loaf>());
  CHECK_FALSE(all_held<Tree<Crust>>());
  CHECK_FALSE(all_held<Tree<Tree<Slice>>>());
}
