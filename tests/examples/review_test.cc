// The example of a review API does what it says.
#include "examples/04-review/review.h"

#include <annex/json/read.h>
#include <annex/testing/fixture.h>

#include <catch2/catch.hpp>

namespace {

annex::json::Value ask(annex::testing::Fixture& fixture, int loaves) {
  return fixture
      .post(
          "/apis/bakery.example.com/v1/offerreviews",
          *annex::json::parse(
              R"({"kind":"OfferReview","apiVersion":"bakery.example.com/v1","spec":{"flour":"rye",)"
              R"("loaves":)" +
              std::to_string(loaves) + "}}"))
      .json();
}

TEST_CASE("An offer is made, by what is asked and by whom") {
  annex::Server server("bakery-offers");
  bakery::add_reviews(server);
  annex::testing::Fixture fixture(server);
  CHECK(ask(fixture, 2).find("status")->find("cents")->as_int64() == 900);
  const auto too_much = ask(fixture, 101);
  CHECK(!too_much.find("status")->find("accepted")->as_bool());
  CHECK(too_much.at_string({"status", "reason"}) == "the oven holds 100");
  CHECK(ask(fixture, 0).at_string({"reason"}) == "Invalid");
  fixture.act_as(annex::request::UserInfo{"eve", "", {"system:masters", "bakers"}, {}});
  CHECK(ask(fixture, 2).find("status")->find("cents")->as_int64() == 600);
}

}  // namespace
