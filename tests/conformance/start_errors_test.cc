#include <catch2/catch.hpp>

#include "annex/annex.h"
#include "annex/testing/fixture.h"

using namespace annex;
using Catch::Contains;

namespace {

struct Loaf {
  meta::ObjectMeta metadata{};
  std::string flour{};
  friend void describe(schema::Object<Loaf>& loaf) {
    loaf.field<&Loaf::metadata>("metadata", "");
    loaf.field<&Loaf::flour>("flour", "");
  }
};
struct Roll {
  meta::ObjectMeta metadata{};
  std::string flour{};
  std::int32_t grams = 5;
  friend void describe(schema::Object<Roll>& roll) {
    roll.field<&Roll::metadata>("metadata", "");
    roll.field<&Roll::grams>("grams", "").defaulted().maximum(4);
  }
};
struct Crumb {
  std::string text{};
  friend void describe(schema::Object<Crumb>& crumb) { crumb.field<&Crumb::text>("text", ""); }
};

struct OtherDefaults {
  void default_object(Roll&) const {}
};
class HiddenDefaults {
  void default_object(Loaf&) const {}
};

/// What the server says when it is started; empty if it starts.
template <typename Describe>
std::string refusal(Describe describe) {
  Server server("bakery");
  describe(server);
  try {
    const testing::Fixture fixture(server);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

template <typename Describe>
std::string group_refusal(Describe describe) {
  return refusal([&](Server& server) {
    Group group = server.group("bakery.example.com");
    describe(group);
  });
}

}  // namespace

TEST_CASE("a server that describes nothing wrong starts") {
  CHECK(group_refusal([](Group& group) {
          group.resource<Loaf>("loaves", "Loaf").version("v1");
        }).empty());
}

TEST_CASE("all that is wrong with a server is told at once, by resource, type and field") {
  CHECK(group_refusal([](Group& group) {
          group.resource<Roll>("rolls", "Roll").version("v1");
          group.resource<Loaf>("loaves", "Loaf").stored().version("v1").status();
          group.resource<Crumb>("crumbs", "Crumb").version("v1");
        }) ==
        "rolls.bakery.example.com: type Roll: described 2 of 3 members; describe the others or say "
        "partial(); "
        "loaves.bakery.example.com: loaves: stored() follows the version that it is about, and "
        "there is none yet; "
        "crumbs.bakery.example.com: resource \"crumbs.bakery.example.com\" has for version \"v1\" "
        "the type \"com.example.bakery.v1.Crumb\", which has no field \"metadata\" of "
        "annex::meta::ObjectMeta");
}

TEST_CASE("a server without resources and a resource without versions do not start") {
  CHECK_THAT(refusal([](Server&) {}), Contains("the server has no resource"));
  CHECK_THAT(group_refusal([](Group& group) { group.resource<Loaf>("loaves", "Loaf"); }),
             Contains("\"loaves.bakery.example.com\" has no version"));
}

TEST_CASE("a status subresource needs a status") {
  CHECK(group_refusal(
            [](Group& group) { group.resource<Loaf>("loaves", "Loaf").version("v1").status(); }) ==
        "loaves.bakery.example.com: resource \"loaves.bakery.example.com\" has a status "
        "subresource, but its type \"com.example.bakery.v1.Loaf\" has no field \"status\"");
}

TEST_CASE("a default hook that no version can call keeps a server from starting") {
  const std::string expected =
      "loaves.bakery.example.com: the hook default_object takes the struct of none of its versions";
  CHECK(group_refusal([](Group& group) {
          group.resource<Loaf>("loaves", "Loaf", OtherDefaults{}).version("v1");
        }) == expected);
  CHECK(group_refusal([](Group& group) {
          group.resource<Loaf>("loaves", "Loaf", HiddenDefaults{}).version("v1");
        }) == expected);
}
