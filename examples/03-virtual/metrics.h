// The metrics API of Kubernetes, which `kubectl top` and autoscalers read, over made-up machines.
#pragma once

#include <annex/annex.h>

#include <map>
#include <string>
#include <vector>

namespace fleet {

// [types]
using Usage = std::map<std::string, annex::meta::Quantity>;

struct NodeMetrics {
  annex::meta::ObjectMeta metadata;
  annex::meta::Time timestamp;
  annex::meta::Duration window;
  Usage usage;
  friend void describe(annex::schema::Object<NodeMetrics>& node);
};

struct ContainerMetrics {
  std::string name;
  Usage usage;
  friend void describe(annex::schema::Object<ContainerMetrics>& container);
};

struct PodMetrics {
  annex::meta::ObjectMeta metadata;
  annex::meta::Time timestamp;
  annex::meta::Duration window;
  std::vector<ContainerMetrics> containers;
  friend void describe(annex::schema::Object<PodMetrics>& pod);
};
// [types]

/// Machines that exist nowhere else: what they use goes up and down with the time. Any thread.
class Fleet {
 public:
  explicit Fleet(const annex::util::Clock& clock) : clock_(clock) {}
  annex::Result<std::vector<NodeMetrics>> nodes() const;
  annex::Result<std::vector<PodMetrics>> pods() const;

 private:
  const annex::util::Clock& clock_;
};

/// Serves metrics.k8s.io. `fleet` outlives the server.
void add_metrics(annex::Server& server, const Fleet& fleet);

}  // namespace fleet
