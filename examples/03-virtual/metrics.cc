#include "metrics.h"

#include <chrono>
#include <cstdint>
#include <utility>

namespace fleet {
namespace {

constexpr std::chrono::seconds kWindow(30);

/// Measured every half minute.
annex::util::WallTime measured_at(const annex::util::Clock& clock) {
  return std::chrono::floor<std::chrono::minutes>(clock.wall_now()) +
         (clock.wall_now().time_since_epoch() % std::chrono::minutes(1) < kWindow
              ? std::chrono::seconds(0)
              : kWindow);
}

/// Between `least` and twice that, up and down in ten minutes.
std::int64_t wave(annex::util::WallTime at, std::int64_t least) {
  const std::int64_t steps = at.time_since_epoch() / kWindow % 20;
  return least + least * (steps < 10 ? steps : 20 - steps) / 10;
}

// [usage]
Usage usage(std::int64_t millicores, std::int64_t mebibytes) {
  return {{"cpu", *annex::meta::Quantity::parse(std::to_string(millicores) + "m")},
          {"memory", *annex::meta::Quantity::parse(std::to_string(mebibytes) + "Mi")}};
}
// [usage]

}  // namespace

// [describe]
void describe(annex::schema::Object<NodeMetrics>& node) {
  node.description("What a node used.");
  node.field<&NodeMetrics::metadata>("metadata", "Standard object metadata.");
  node.field<&NodeMetrics::timestamp>("timestamp", "The end of the time that was measured.");
  node.field<&NodeMetrics::window>("window", "How long was measured.");
  node.field<&NodeMetrics::usage>("usage", "By resource.");
}
// [describe]

void describe(annex::schema::Object<ContainerMetrics>& container) {
  container.field<&ContainerMetrics::name>("name", "Of the container.");
  container.field<&ContainerMetrics::usage>("usage", "By resource.");
}

void describe(annex::schema::Object<PodMetrics>& pod) {
  pod.description("What the containers of a pod used.");
  pod.field<&PodMetrics::metadata>("metadata", "Standard object metadata.");
  pod.field<&PodMetrics::timestamp>("timestamp", "The end of the time that was measured.");
  pod.field<&PodMetrics::window>("window", "How long was measured.");
  pod.field<&PodMetrics::containers>("containers", "By container.");
}

// [nodes]
annex::Result<std::vector<NodeMetrics>> Fleet::nodes() const {
  const annex::util::WallTime at = measured_at(clock_);
  std::vector<NodeMetrics> all;
  for (const auto& [name, cores] : {std::pair{"oven-1", 400}, {"oven-2", 900}}) {
    NodeMetrics node;
    node.metadata.name = name;
    node.metadata.creation_timestamp = annex::meta::Time{at};
    node.metadata.labels["kubernetes.io/hostname"] = name;
    node.timestamp = {at};
    node.window = {kWindow};
    node.usage = usage(wave(at, cores), 1024);
    all.push_back(std::move(node));
  }
  return all;
}
// [nodes]

annex::Result<std::vector<PodMetrics>> Fleet::pods() const {
  const annex::util::WallTime at = measured_at(clock_);
  std::vector<PodMetrics> all;
  for (const auto& [name, cores] : {std::pair{"rye", 100}, {"wheat", 250}}) {
    PodMetrics pod;
    pod.metadata.name = name;
    pod.metadata.name_space = "default";
    pod.metadata.creation_timestamp = annex::meta::Time{at};
    pod.metadata.labels["flour"] = name;
    pod.timestamp = {at};
    pod.window = {kWindow};
    pod.containers = {{"dough", usage(wave(at, cores), 64)}, {"crust", usage(10, 16)}};
    all.push_back(std::move(pod));
  }
  return all;
}

// [virtual]
void add_metrics(annex::Server& server, const Fleet& fleet) {
  annex::Group group = server.group("metrics.k8s.io");
  annex::Virtual<NodeMetrics> nodes;
  nodes.list = [&fleet] { return fleet.nodes(); };
  group.virtual_resource<NodeMetrics>("nodes", "NodeMetrics", nodes)
      .version("v1beta1")
      .cluster_scoped();
  annex::Virtual<PodMetrics> pods;
  pods.list = [&fleet] { return fleet.pods(); };
  group.virtual_resource<PodMetrics>("pods", "PodMetrics", pods).version("v1beta1");
}
// [virtual]

}  // namespace fleet
