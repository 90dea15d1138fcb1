#include "annex/json/value.h"

#include <catch2/catch.hpp>

namespace annex::json {
namespace {

TEST_CASE("what is moved into a new object is not copied, however deep it stands") {
  std::string text(100, 'x');
  const char* const place = text.data();
  const Object made{{"a", Object{{"b", Object{{"c", std::move(text)}}}}}};
  CHECK(made.find("a")->find("b")->at_string({"c"}).data() == place);
}

TEST_CASE("an object is made of members and of names with values") {
  const Member member("b", 2);
  const Object made{{"a", "x"}, member, Member("c", Array{1, "y"}), {"d", nullptr}};
  REQUIRE(made.size() == 4);
  CHECK(made.find("a")->as_string() == "x");
  CHECK(made.find("b")->as_int64() == 2);
  CHECK(made.find("c")->as_array().size() == 2);
  CHECK(made.find("d")->is_null());
}

/// `depth` lists and objects in turn around a value.
Value nested(int depth, Value inmost) {
  for (int i = 0; i < depth; ++i) {
    Value outer = i % 2 == 0 ? Value(Array(2, i)) : Value(Object{{"other", i}, {"inner", {}}});
    (i % 2 == 0 ? outer.as_array().back() : *outer.find("inner")) = std::move(inmost);
    inmost = std::move(outer);
  }
  return inmost;
}

TEST_CASE("values are equal or not at every depth") {
  for (const int depth : {0, 1, 63, 64, 65, 129, 1000}) {
    INFO(depth);
    CHECK(nested(depth, "x") == nested(depth, "x"));
    CHECK_FALSE(nested(depth, "x") == nested(depth, "y"));
    CHECK_FALSE(nested(depth, "x") == nested(depth, Array{}));
    CHECK(nested(depth, Object{{"a", 1}, {"b", 2}}) == nested(depth, Object{{"b", 2}, {"a", 1}}));
    CHECK_FALSE(nested(depth, Object{{"a", 1}, {"b", 2}}) ==
                nested(depth, Object{{"b", 1}, {"a", 2}}));
  }
}

}  // namespace
}  // namespace annex::json
