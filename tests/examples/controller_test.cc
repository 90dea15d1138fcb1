// The example of a controller does what it says.
#include "examples/06-controller/controller.h"

#include <annex/testing/fixture.h>

#include <catch2/catch.hpp>
#include <functional>

namespace {

using bakery::Loaf;
using bakery::Order;

constexpr std::chrono::seconds kLong(60);

/// The order in the first state that is as wanted; fails if there is none in time.
Order await(annex::Server& server, const std::function<bool(const Order&)>& is_wanted) {
  auto watch = server.client<Order>().watch();
  REQUIRE(watch);
  while (auto event = watch->next(kLong)) {
    if (is_wanted(event->object)) return event->object;
  }
  FAIL("the order does not become as wanted");
  return {};
}

std::vector<Loaf> loaves(annex::Server& server) {
  const auto list = server.client<Loaf>().list();
  REQUIRE(list);
  return list->items;
}

TEST_CASE("Every order gets its loaves, more or fewer, and those that are eaten again") {
  annex::Server server("bakery");
  bakery::add_kinds(server);
  bakery::Controller::add_to(server);
  annex::testing::Fixture fixture(server);
  const auto orders = server.client<Order>();

  Order order;
  order.metadata.name = "breakfast";
  order.metadata.name_space = "default";
  order.spec.loaves = 3;
  REQUIRE(orders.create(order));
  order = await(server, [](const Order& each) { return each.status.baked == 3; });
  CHECK(order.status.observed_generation == 1);
  std::vector<Loaf> baked = loaves(server);
  REQUIRE(baked.size() == 3);
  CHECK(baked[0].order == "breakfast");
  REQUIRE(baked[0].metadata.owner_references.size() == 1);
  CHECK(baked[0].metadata.owner_references[0].uid == order.metadata.uid);

  order.spec.loaves = 1;
  REQUIRE(orders.update(order));
  order = await(server, [](const Order& each) { return each.status.observed_generation == 2; });
  CHECK(order.status.baked == 1);
  baked = loaves(server);
  REQUIRE(baked.size() == 1);

  auto watch = server.client<Loaf>().watch();
  REQUIRE(watch);
  REQUIRE(server.client<Loaf>().remove({"default", baked[0].metadata.name}));
  int added = 0;
  while (auto event = watch->next(kLong)) {
    added += event->type == annex::WatchEvent<Loaf>::Type::kAdded ? 1 : 0;
    if (added == 2) break;
  }
  CHECK(added == 2);
}

}  // namespace
