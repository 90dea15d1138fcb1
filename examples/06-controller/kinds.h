// What the example serves: orders, and the loaves that are baked for them.
#pragma once

#include <annex/annex.h>

#include <cstdint>
#include <string>

namespace bakery {

struct OrderSpec {
  std::int32_t loaves = 1;
  friend void describe(annex::schema::Object<OrderSpec>& spec) {
    spec.field<&OrderSpec::loaves>("loaves", "How many are wanted.")
        .defaulted()
        .minimum(0)
        .maximum(100);
  }
};

struct OrderStatus {
  std::int32_t baked = 0;
  std::int64_t observed_generation = 0;
  friend void describe(annex::schema::Object<OrderStatus>& status) {
    status.field<&OrderStatus::baked>("baked", "How many there are.").defaulted();
    status.field<&OrderStatus::observed_generation>("observedGeneration",
                                                    "Of the order that this is about.");
  }
};

struct Order {
  annex::meta::ObjectMeta metadata;
  OrderSpec spec;
  OrderStatus status;
  friend void describe(annex::schema::Object<Order>& order) {
    order.description("Some loaves that somebody wants.");
    order.field<&Order::metadata>("metadata", "Standard object metadata.");
    order.field<&Order::spec>("spec", "What is wanted.");
    order.field<&Order::status>("status", "What there is.");
  }
};

struct Loaf {
  annex::meta::ObjectMeta metadata;
  std::string order;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
    loaf.description("A loaf of bread.");
    loaf.field<&Loaf::metadata>("metadata", "Standard object metadata.");
    loaf.field<&Loaf::order>("order", "Whom it is for.");
  }
};

}  // namespace bakery
