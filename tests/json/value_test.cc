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

}  // namespace
}  // namespace annex::json
