#include "annex/schema/describe.h"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>

#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/schema/normalize.h"
#include "annex/schema/openapi.h"
#include "annex/schema/validate.h"

namespace schema = annex::schema;
namespace json = annex::json;

namespace {

enum class Crust { kThin, kThick };
void describe(schema::Enum<Crust>& crust) {
  crust.value(Crust::kThin, "Thin").value(Crust::kThick, "Thick");
}

struct Slice {
  std::string name{};
  std::int32_t weight = 10;
  friend void describe(schema::Object<Slice>& slice) {
    slice.field<&Slice::name>("name", "Its name.").required();
    slice.field<&Slice::weight>("weight", "Grams.").defaulted().minimum(1);
  }
};

struct Base {
  std::string origin{};
  [[maybe_unused]] friend void describe(schema::Object<Base>& base) {
    base.field<&Base::origin>("origin", "");
  }
};

struct Loaf : Base {
  std::string flour{};
  std::int32_t grams = 500;
  std::optional<std::int64_t> price{};
  std::vector<Slice> slices{};
  std::vector<std::string> tags{};
  std::map<std::string, std::string> notes{};
  Crust crust = Crust::kThin;
  std::unique_ptr<Loaf> parent{};
  json::Value extra{};
  double ratio = 0.5;
  schema::Binary seed{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.description("A loaf.");
    loaf.field<&Loaf::origin>("origin", "Where from.");
    loaf.field<&Loaf::flour>("flour", "Kind of flour.").max_length(5).pattern("^[a-z]*$");
    loaf.field<&Loaf::grams>("grams", "Weight.").maximum(900);
    loaf.field<&Loaf::price>("price", "Cents.").minimum(0);
    loaf.field<&Loaf::slices>("slices", "Slices.").list_map("name").max_items(3);
    loaf.field<&Loaf::tags>("tags", "Tags.").list_set();
    loaf.field<&Loaf::notes>("notes", "Notes.");
    loaf.field<&Loaf::crust>("crust", "Crust.");
    loaf.field<&Loaf::parent>("parent", "The dough's parent.");
    loaf.field<&Loaf::extra>("extra", "Anything.");
    loaf.field<&Loaf::ratio>("ratio", "Water to flour.");
    loaf.field<&Loaf::seed>("seed", "Bytes.");
  }
};

struct Outer {
  std::vector<std::uint8_t> bytes{};
  Slice slice{};
  Loaf loaf{};
  std::map<std::string, std::vector<Crust>> crusts{};
  friend void describe(schema::Object<Outer>& outer) {
    outer.field<&Outer::bytes>("bytes", "");
    outer.field<&Outer::slice>("slice", "");
    outer.field<&Outer::loaf>("loaf", "");
    outer.field<&Outer::crusts>("crusts", "");
  }
};

struct Described {
  schema::TypeTable table;
  schema::TypeId loaf = schema::describe_type<Loaf>(table, "com.example.bakery.v1.Loaf");

  std::string normalized(std::string_view text) {
    json::Value value = *json::parse(text);
    schema::NormalizeReport report;
    const auto done = schema::normalize(table, loaf, value, report);
    return done ? json::write(value) : done.error().message;
  }
  std::string wrong(std::string_view text) {
    schema::FieldErrors errors;
    schema::validate(table, loaf, *json::parse(text), {}, errors);
    return errors.empty() ? "" : errors.aggregate();
  }
};

}  // namespace

TEST_CASE("a plain member that equals its initialiser is not written") {
  Described d;
  CHECK(d.normalized(R"({"grams":500,"crust":"Thin","tags":[],"notes":{},"ratio":0.5})") == "{}");
  CHECK(d.normalized(R"({"ratio":1,"grams":7,"origin":"x"})") ==
        R"({"origin":"x","grams":7,"ratio":1})");
}

TEST_CASE("members come in their order whichever they had, and what is in order stays") {
  Described d;
  const std::string normal =
      R"({"origin":"o","flour":"rye","price":1,"slices":[{"name":"a","weight":10}],"notes":{"a":"1","b":"2"}})";
  CHECK(d.normalized(normal) == normal);
  CHECK(d.normalized(
            R"({"origin":"o","flour":"rye","grams":500,"price":1,)"
            R"("slices":[{"name":"a"}],"tags":[],"notes":{"b":"2","a":"1"},"crust":null})") ==
        normal);
  CHECK(
      d.normalized(R"({"notes":{"b":"2","a":"1"},"unknown":1,"slices":[{"weight":10,"name":"a"}],)"
                   R"("ratio":0.5,"price":1,"origin":"o","flour":"rye"})") == normal);
}

TEST_CASE("structs are the same only if they are encoded alike") {
  const auto make = [] {
    Outer outer;
    outer.bytes = {1, 2};
    outer.slice.name = "s";
    outer.loaf.origin = "o";
    outer.loaf.price = 1;
    outer.loaf.slices.emplace_back().name = "t";
    outer.loaf.notes = {{"a", "1"}};
    outer.loaf.parent = std::make_unique<Loaf>();
    outer.loaf.extra = json::Array{1};
    outer.loaf.seed.bytes = "x";
    outer.crusts["c"] = {Crust::kThick};
    return outer;
  };
  CHECK(schema::same(make(), make()));
  const json::Value encoded = schema::encode(make());
  const auto is_decoded = [&](const Outer& outer) {
    Outer blank;
    return schema::same_once_decoded(encoded, blank, outer);
  };
  CHECK(is_decoded(make()));
  const std::vector<std::function<void(Outer&)>> changes{
      [](Outer& o) { o.bytes.push_back(3); },
      [](Outer& o) { o.slice.weight = 11; },
      [](Outer& o) { o.loaf.origin = "p"; },
      [](Outer& o) { o.loaf.price.reset(); },
      [](Outer& o) { o.loaf.price = 2; },
      [](Outer& o) { o.loaf.slices[0].name = "u"; },
      [](Outer& o) { o.loaf.slices.emplace_back(); },
      [](Outer& o) { o.loaf.notes["a"] = "2"; },
      [](Outer& o) {
        o.loaf.notes = {{"b", "1"}};
      },
      [](Outer& o) { o.loaf.notes["b"] = "1"; },
      [](Outer& o) { o.loaf.crust = Crust::kThick; },
      [](Outer& o) { o.loaf.parent->flour = "rye"; },
      [](Outer& o) { o.loaf.parent.reset(); },
      [](Outer& o) { o.loaf.extra = json::Array{2}; },
      [](Outer& o) { o.loaf.ratio = 0.25; },
      [](Outer& o) { o.loaf.seed.bytes = "y"; },
      [](Outer& o) { o.crusts["c"][0] = Crust::kThin; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    Outer changed = make();
    changes[i](changed);
    CHECK_FALSE(schema::same(make(), changed));
    CHECK_FALSE(is_decoded(changed));
    CHECK_FALSE(encoded == schema::encode(changed));
  }
}

TEST_CASE("what is absent from a document is what its initialiser says") {
  for (const char* text : {R"({})", R"({"grams":null})"}) {
    Loaf blank;
    Loaf loaf;
    CHECK(schema::same_once_decoded(*json::parse(text), blank, loaf));
    loaf.grams = 7;
    CHECK_FALSE(schema::same_once_decoded(*json::parse(text), blank, loaf));
  }
  Loaf blank;
  CHECK_FALSE(schema::same_once_decoded(json::Array(), blank, Loaf()));
}

TEST_CASE("an object encoded for its type has its normal form without what that leaves out") {
  Described d;
  const auto normalized = [&](json::Value value) {
    schema::NormalizeReport report;
    REQUIRE(schema::normalize(d.table, d.loaf, value, report));
    return json::write(value);
  };
  for (
      const char* text :
      {R"({"origin":"o","price":1})",
       R"({"origin":"","grams":0,"flour":"","crust":"Thick","slices":[{"name":""}],"notes":{"a":""}})"}) {
    const auto loaf = schema::decode<Loaf>(*json::parse(text));
    REQUIRE(loaf);
    const json::Value whole = schema::encode(*loaf);
    const json::Value brief = schema::Codec<Loaf>::encode(*loaf, d.table, d.loaf);
    CHECK(normalized(whole) == normalized(brief));
    CHECK(json::write(brief).size() < json::write(whole).size());
  }
}

TEST_CASE("defaults are filled in where a member is absent or null, in lists too") {
  Described d;
  CHECK(d.normalized(R"({"slices":[{"name":"a"},{"name":"b","weight":null}]})") ==
        R"({"slices":[{"name":"a","weight":10},{"name":"b","weight":10}]})");
}

TEST_CASE("an optional member is absent or present, zero included") {
  Described d;
  CHECK(d.normalized(R"({"price":0})") == R"({"price":0})");
  CHECK(d.normalized(R"({"price":null})") == "{}");
}

TEST_CASE("types that contain themselves, free-form members and unknown enum texts are kept") {
  Described d;
  const char* text =
      R"({"crust":"Odd","parent":{"parent":{"grams":1}},"extra":{"b":null,"a":[1.0]}})";
  CHECK(d.normalized(text) ==
        R"({"crust":"Odd","parent":{"parent":{"grams":1}},"extra":{"b":null,"a":[1]}})");
}

TEST_CASE("wrong JSON types are refused with the field's path") {
  Described d;
  CHECK(d.normalized(R"({"flour":1})") ==
        "json: cannot unmarshal number into field flour of type string");
  CHECK(d.normalized(R"({"slices":[{"weight":1.0}]})") ==
        "json: cannot unmarshal number into field slices[0].weight of type int32");
  CHECK(d.normalized(R"({"grams":3000000000})") ==
        "json: cannot unmarshal number into field grams of type int32");
  CHECK_THAT(d.normalized(R"({"seed":"*"})"), Catch::Contains("illegal base64"));
}

TEST_CASE("validation names every wrong field") {
  Described d;
  CHECK(d.wrong(R"({"flour":"rye","grams":900,"slices":[{"name":"a","weight":1}]})").empty());
  CHECK(d.wrong(R"({"slices":[{"weight":1}]})") == "slices[0].name: Required value");
  CHECK(d.wrong(R"({"flour":"wheaten"})") == "flour: Too long: may not be more than 5 characters");
  CHECK(d.wrong(R"({"grams":901})") ==
        "grams: Invalid value: 901: grams in body should be less than or equal to 900");
  CHECK(d.wrong(R"({"crust":"Odd"})") ==
        "crust: Unsupported value: \"Odd\": supported values: \"Thin\", \"Thick\"");
  CHECK(d.wrong(R"({"tags":["a","b","a"]})") == "tags[2]: Duplicate value: \"a\"");
  CHECK(d.wrong(R"({"slices":[{"name":"a"},{"name":"a"}]})") ==
        "slices[1]: Duplicate value: {\"name\":\"a\"}");
  CHECK(
      d.wrong(R"({"flour":"R","price":-1})") ==
      "[flour: Invalid value: \"R\": flour in body should match '^[a-z]*$', price: Invalid value: "
      "-1: price in body should be greater than or equal to 0]");
}

TEST_CASE("objects survive the way through their C++ type") {
  Described d;
  const std::string text =
      R"({"origin":"o","flour":"rye","grams":7,"price":0,"slices":[{"name":"a","weight":3}],)"
      R"("tags":["x"],"notes":{"k":"v"},"crust":"Thick","parent":{"grams":1},"extra":[1,"2"],)"
      R"("ratio":0.25,"seed":"YWI="})";
  const auto loaf = schema::decode<Loaf>(*json::parse(text));
  REQUIRE(loaf.has_value());
  CHECK(loaf->crust == Crust::kThick);
  CHECK(loaf->parent->grams == 1);
  CHECK(loaf->seed.bytes == "ab");
  CHECK(d.normalized(json::write(schema::encode(*loaf))) == text);
}

TEST_CASE("initial values are in normal form at every level, however types share parts") {
  schema::TypeTable table;
  const auto id = schema::describe_type<Outer>(table, "com.example.bakery.v1.Outer");
  json::Value value = schema::encode(Outer{});
  schema::NormalizeReport report;
  REQUIRE(schema::normalize(table, id, value, report).has_value());
  CHECK(json::write(value) == "{}");
  const char* text = R"({"bytes":"AP8=","slice":{"name":"s","weight":10},"loaf":{"grams":1},)"
                     R"("crusts":{"a":["Thick","Odd"]}})";
  json::Value full = *json::parse(text);
  REQUIRE(schema::normalize(table, id, full, report).has_value());
  CHECK(json::write(full) == text);
  const auto outer = schema::decode<Outer>(full);
  REQUIRE(outer.has_value());
  CHECK(outer->bytes == std::vector<std::uint8_t>{0, 255});
  CHECK(outer->crusts.at("a").front() == Crust::kThick);
  schema::FieldErrors errors;
  schema::validate(table, id, full, {}, errors);
  CHECK(errors.aggregate() ==
        "crusts[a][1]: Unsupported value: \"Odd\": supported values: \"Thin\", \"Thick\"");
}

TEST_CASE("types become OpenAPI definitions whose parts are referred to") {
  Described d;
  std::vector<std::string> names;
  for (const auto id : schema::reachable_named_types(d.table, d.loaf)) {
    names.push_back(d.table.at(id).name);
  }
  CHECK(names ==
        std::vector<std::string>{"com.example.bakery.v1.Loaf", "com.example.bakery.v1.Slice"});
  const json::Value v3 = schema::openapi_definition(d.table, d.loaf, schema::OpenApiVersion::kV3);
  const json::Value& properties = *v3.find("properties");
  CHECK(
      json::write(*properties.find("parent")) ==
      R"({"allOf":[{"$ref":"#/components/schemas/com.example.bakery.v1.Loaf"}],"description":"The dough's parent."})");
  CHECK(properties.find("slices")->at_string({"x-kubernetes-list-type"}) == "map");
  CHECK(properties.find("grams")->at_string({"format"}) == "int32");
  const json::Value slice = schema::openapi_definition(
      d.table, *d.table.find("com.example.bakery.v1.Slice"), schema::OpenApiVersion::kV2);
  CHECK(json::write(*slice.find("required")) == R"(["name"])");
  CHECK(slice.find("properties")->find("weight")->find("default") == nullptr);
}
