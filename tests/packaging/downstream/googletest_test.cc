// The test kit under a framework that annex does not use itself.
#include <annex/testing/difference.h>
#include <annex/testing/fixture.h>
#include <gtest/gtest.h>

#include "bakery.h"

namespace {

using annex::testing::difference;

class BakeryTest : public testing::Test {
 protected:
  BakeryTest() { bakery::describe_server(server_, ovens_); }

  bakery::Ovens ovens_;
  annex::Server server_{"bakery"};
};

TEST_F(BakeryTest, AnOvenIsAsItsThermometerSays) {
  annex::testing::Fixture fixture(server_);
  ovens_.measure("left", 180);
  const auto oven = fixture.get("/apis/bakery.example.com/v1/ovens/left");
  ASSERT_EQ(oven.status(), 200);
  EXPECT_EQ(difference(oven.json(), "{kind: Oven, degrees: 180}"), "");
  EXPECT_EQ(difference(oven.json(), "degrees: 181"), "degrees is 180, not 181");
}

}  // namespace
