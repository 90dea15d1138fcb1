#include "controller.h"

#include <chrono>
#include <memory>
#include <vector>

namespace bakery {
namespace {

constexpr std::chrono::minutes kLong(1);
constexpr std::chrono::seconds kSoon(5);

/// Loaves are found by the order that they are for.
std::string index_key(const std::string& name_space, const std::string& order) {
  return name_space + "/" + order;
}

}  // namespace

// [client]
Controller::Controller(annex::Server& server)
    : orders_(server.client<Order>({"bakery-controller", "", {}, {}})),
      loaves_(server.client<Loaf>({"bakery-controller", "", {}, {}})),
      baked_(server.lister<Loaf>()) {
  baked_.index("order", [](const Loaf& loaf) {
    return std::vector{index_key(loaf.metadata.name_space, loaf.order)};
  });
}

void Controller::add_to(annex::Server& server) {
  const auto controller = std::make_shared<Controller>(server);
  server.task(
      {"orders", [controller](const std::stop_token& stop) { controller->follow_orders(stop); }});
  server.task(
      {"loaves", [controller](const std::stop_token& stop) { controller->follow_loaves(stop); }});
}
// [client]

// [watch]
void Controller::follow_orders(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto watch = orders_.watch();  // begins with all that there are
    if (!watch) return;            // the server has ended
    while (!watch->ended() && !stop.stop_requested()) {
      const auto event = watch->next(kLong, stop);
      if (!event) continue;
      if (event->type == annex::WatchEvent<Order>::Type::kError) break;
      reconcile(event->object.metadata.name_space, event->object.metadata.name);
    }
  }
}
// [watch]

void Controller::follow_loaves(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto watch = loaves_.watch();
    if (!watch) return;
    while (!watch->ended() && !stop.stop_requested()) {
      const auto event = watch->next(kLong, stop);
      if (!event) continue;
      if (event->type == annex::WatchEvent<Loaf>::Type::kError) break;
      reconcile(event->object.metadata.name_space, event->object.order);
    }
  }
}

void Controller::reconcile(const std::string& name_space, const std::string& name) {
  const std::lock_guard lock(mutex_);
  while (true) {
    const auto order = orders_.get({name_space, name});
    if (!order) return;  // it has gone: whoever collects garbage takes its loaves
    const annex::Result<void> done = reconcile_once(*order);
    // Somebody else was quicker: look again. Any other failure waits for the next change.
    if (done || done.error().reason != annex::Reason::kConflict) return;
  }
}

// [reconcile]
annex::Result<void> Controller::reconcile_once(const Order& order) {
  // The lister is to know of every write that led to this state.
  baked_.wait_for(std::stoull(order.metadata.resource_version), kSoon);
  auto loaves = baked_.by_index("order", index_key(order.metadata.name_space, order.metadata.name));
  auto baked = static_cast<std::int32_t>(loaves.size());
  for (; baked < order.spec.loaves; ++baked) {
    Loaf loaf;
    loaf.metadata.generate_name = order.metadata.name + "-";
    loaf.metadata.name_space = order.metadata.name_space;
    annex::meta::OwnerReference owner;
    owner.api_version = "bakery.example.com/v1";
    owner.kind = "Order";
    owner.name = order.metadata.name;
    owner.uid = order.metadata.uid;
    owner.controller = true;
    loaf.metadata.owner_references.push_back(owner);
    loaf.order = order.metadata.name;
    const auto made = loaves_.create(loaf);
    if (!made) return made.error();
    baked_.wait_for(std::stoull(made->metadata.resource_version), kSoon);
  }
  for (; baked > order.spec.loaves; --baked) {
    const Loaf& last = *loaves.back();
    loaves.pop_back();
    auto removed = loaves_.remove({last.metadata.name_space, last.metadata.name});
    if (!removed && removed.error().reason != annex::Reason::kNotFound) return removed;
  }
  if (order.status.baked == baked &&
      order.status.observed_generation == order.metadata.generation) {
    return {};
  }
  Order told = order;
  told.status.baked = baked;
  told.status.observed_generation = order.metadata.generation;
  const auto written = orders_.update_status(told);
  if (!written) return written.error();
  return {};
}
// [reconcile]

void add_kinds(annex::Server& server) {
  annex::Group group = server.group("bakery.example.com");
  group.resource<Order>("orders", "Order").version("v1").status();
  group.resource<Loaf>("loaves", "Loaf").version("v1").short_name("lf");
}

}  // namespace bakery
