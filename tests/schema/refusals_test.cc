#include <catch2/catch.hpp>

#include "annex/schema/describe.h"

namespace schema = annex::schema;
using Catch::StartsWith;

namespace {

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
  friend void describe(schema::Object<Base>& base) { base.field<&Base::origin>("origin", ""); }
};
struct Forgotten {
  int counted = 0;
  std::string left_out{};
  friend void describe(schema::Object<Forgotten>&) {}
};
struct Twice {
  std::string a{};
  friend void describe(schema::Object<Twice>& twice) {
    twice.field<&Twice::a>("a", "");
    twice.field<&Twice::a>("a", "");
  }
};
struct BadKey {
  std::vector<Slice> slices{};
  friend void describe(schema::Object<BadKey>& bad) {
    bad.field<&BadKey::slices>("slices", "").list_map("nope");
  }
};
struct BadDefault {
  std::int32_t size = 5;
  friend void describe(schema::Object<BadDefault>& bad) {
    bad.field<&BadDefault::size>("size", "").defaulted().maximum(4);
  }
};

struct LooseKey {
  std::vector<Base> items{};
  friend void describe(schema::Object<LooseKey>& loose) {
    loose.field<&LooseKey::items>("items", "").list_map("origin");
  }
};
struct SetOfObjects {
  std::vector<Slice> slices{};
  friend void describe(schema::Object<SetOfObjects>& bad) {
    bad.field<&SetOfObjects::slices>("slices", "").list_set();
  }
};
struct BadPattern {
  std::string text{};
  friend void describe(schema::Object<BadPattern>& bad) {
    bad.field<&BadPattern::text>("text", "").pattern("(");
  }
};
struct Unnamed {
  std::string text{};
  friend void describe(schema::Object<Unnamed>& bad) { bad.field<&Unnamed::text>("", ""); }
};
enum class Repeated { kOne, kTwo };
void describe(schema::Enum<Repeated>& e) {
  e.value(Repeated::kOne, "Same").value(Repeated::kTwo, "Same");
}
struct HasRepeated {
  Repeated repeated{};
  friend void describe(schema::Object<HasRepeated>& bad) {
    bad.field<&HasRepeated::repeated>("repeated", "");
  }
};
namespace other {
struct Slice {
  std::string x{};
  friend void describe(schema::Object<Slice>& slice) { slice.field<&Slice::x>("x", ""); }
};
}  // namespace other
struct TwoOfAName {
  Slice one{};
  other::Slice two{};
  friend void describe(schema::Object<TwoOfAName>& both) {
    both.field<&TwoOfAName::one>("one", "");
    both.field<&TwoOfAName::two>("two", "");
  }
};
class Closed {
 public:
  std::string a{};

 private:
  std::string hidden_{};
  friend void describe(schema::Object<Closed>& closed) { closed.field<&Closed::a>("a", ""); }
};

enum class Doubled { kOne };
void describe(schema::Enum<Doubled>& e) {
  e.value(Doubled::kOne, "One").value(Doubled::kOne, "First");
}
struct HasDoubled {
  std::map<std::string, std::vector<Doubled>> doubled{};
  friend void describe(schema::Object<HasDoubled>& bad) {
    bad.field<&HasDoubled::doubled>("doubled", "");
  }
};
enum class Nothing {};
void describe(schema::Enum<Nothing>&) {}
struct HasNothing {
  std::optional<Nothing> nothing{};
  friend void describe(schema::Object<HasNothing>& bad) {
    bad.field<&HasNothing::nothing>("nothing", "");
  }
};
struct MapOfScalars {
  std::vector<std::string> names{};
  friend void describe(schema::Object<MapOfScalars>& bad) {
    bad.field<&MapOfScalars::names>("names", "").list_map("name");
  }
};
struct Parcel {
  std::vector<std::string> ids{};
  friend void describe(schema::Object<Parcel>& parcel) {
    parcel.field<&Parcel::ids>("ids", "").required();
  }
};
struct ListAsKey {
  std::vector<Parcel> parcels{};
  friend void describe(schema::Object<ListAsKey>& bad) {
    bad.field<&ListAsKey::parcels>("parcels", "").list_map("ids");
  }
};
enum class Crust { kThin };
void describe(schema::Enum<Crust>& crust) { crust.value(Crust::kThin, "Thin"); }
struct BadDefaults {
  std::optional<std::string> text{};
  friend void describe(schema::Object<BadDefaults>& bad) {
    bad.field<&BadDefaults::text>("text", "").defaulted("long").max_length(3);
  }
};
struct UndeclaredDefault {
  Crust crust = static_cast<Crust>(7);
  friend void describe(schema::Object<UndeclaredDefault>& bad) {
    bad.field<&UndeclaredDefault::crust>("crust", "").defaulted();
  }
};
struct Deep {
  std::map<std::string, UndeclaredDefault> parts{};
  friend void describe(schema::Object<Deep>& deep) { deep.field<&Deep::parts>("parts", ""); }
};
struct CrossedNumbers {
  double size{};
  friend void describe(schema::Object<CrossedNumbers>& bad) {
    bad.field<&CrossedNumbers::size>("size", "").minimum(2).maximum(1);
  }
};
struct CrossedLengths {
  std::string text{};
  friend void describe(schema::Object<CrossedLengths>& bad) {
    bad.field<&CrossedLengths::text>("text", "").min_length(2).max_length(1);
  }
};
struct CrossedCounts {
  std::vector<std::string> items{};
  friend void describe(schema::Object<CrossedCounts>& bad) {
    bad.field<&CrossedCounts::items>("items", "").min_items(2).max_items(1);
  }
};
struct Heir : Base {
  std::string own{};
  std::string forgotten{};
  friend void describe(schema::Object<Heir>& heir) {
    heir.field<&Heir::origin>("origin", "");
    heir.field<&Heir::own>("own", "");
  }
};

template <typename T>
std::string refusal() {
  schema::TypeTable table;
  try {
    schema::describe_type<T>(table, "com.example.v1.T");
  } catch (const schema::DescribeError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("members that no field mentions are counted") {
  CHECK(refusal<Forgotten>() ==
        "type Forgotten: described 0 of 2 members; describe the others or say partial()");
  CHECK(refusal<Heir>() ==
        "type Heir: described 2 of 3 members; describe the others or say partial()");
  CHECK(refusal<Closed>() ==
        "type Closed: its members cannot be counted (it is no aggregate): say partial()");
}

TEST_CASE("names of fields and types that are missing or taken are refused") {
  CHECK(refusal<Twice>() == "type com.example.v1.Twice, field \"a\": described twice");
  CHECK(refusal<Unnamed>() == "type com.example.v1.Unnamed: a field needs a name");
  CHECK(refusal<TwoOfAName>() ==
        "type com.example.v1.Slice: another struct has this name: give one of them a model_name()");
}

TEST_CASE("lists that cannot be merged are refused by type and field") {
  CHECK(refusal<BadKey>() ==
        "type com.example.v1.T, field \"slices\": list key \"nope\" is no field of "
        "com.example.v1.Slice");
  CHECK(refusal<LooseKey>() ==
        "type com.example.v1.T, field \"items\": list key \"origin\" of com.example.v1.Base must "
        "be required() or defaulted()");
  CHECK(refusal<ListAsKey>() ==
        "type com.example.v1.T, field \"parcels\": list key \"ids\" is no scalar");
  CHECK(refusal<MapOfScalars>() ==
        "type com.example.v1.T, field \"names\": list_map needs items that are objects");
  CHECK(refusal<SetOfObjects>() ==
        "type com.example.v1.T, field \"slices\": list_set needs items that are scalars: use "
        "list_map");
}

TEST_CASE("enums without values and with ambiguous ones are refused by type and field") {
  CHECK(refusal<HasRepeated>() ==
        "type com.example.v1.HasRepeated, field \"repeated\": the enum Repeated has the text "
        "\"Same\" twice");
  CHECK(refusal<HasDoubled>() ==
        "type com.example.v1.HasDoubled, field \"doubled\": the enum Doubled has two texts, "
        "\"One\" and \"First\", for one value");
  CHECK(refusal<HasNothing>() ==
        "type com.example.v1.HasNothing, field \"nothing\": the enum Nothing needs values");
}

TEST_CASE("rules that nothing can keep are refused by type and field") {
  CHECK(refusal<BadDefault>() ==
        "type com.example.v1.T, field \"size\": the default breaks its own rules: size: Invalid "
        "value: 5: size in body should be less than or equal to 4");
  CHECK(refusal<BadDefaults>() ==
        "type com.example.v1.T, field \"text\": the default breaks its own rules: text: Too long: "
        "may not be more than 3 characters");
  CHECK(refusal<Deep>() ==
        "type com.example.v1.UndeclaredDefault, field \"crust\": the default breaks its own rules: "
        "crust: Unsupported value: \"\": supported values: \"Thin\"");
  CHECK_THAT(refusal<BadPattern>(),
             StartsWith("type com.example.v1.T, field \"text\": the pattern does not compile: "));
  CHECK(refusal<CrossedNumbers>() ==
        "type com.example.v1.T, field \"size\": its minimum is above its maximum");
  CHECK(refusal<CrossedLengths>() ==
        "type com.example.v1.T, field \"text\": its min_length is above its max_length");
  CHECK(refusal<CrossedCounts>() ==
        "type com.example.v1.T, field \"items\": its min_items is above its max_items");
}
