// The answer to GET /metrics.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/registry/backend.h"
#include "annex/registry/resource.h"
#include "annex/server/metrics.h"
#include "server/fair_queue.h"

namespace annex::detail {

/// The metrics of a server: with those of its process, which every text tells.
std::shared_ptr<Metrics> make_metrics();

/// Tells of objects and running requests when it is asked, and all that is counted. Owned by the
/// running server; any worker.
class MetricsPage {
 public:
  /// `running` tells how many requests of a kind there are. All outlive it.
  MetricsPage(Metrics& metrics, const registry::Registry& registry, registry::Backends& backends,
              const std::string& version, std::function<std::size_t(FairQueue::Kind)> running);

  http::Response answer(const http::Request& request) const;

 private:
  struct Kept {
    std::shared_ptr<registry::WatchCache> cache{};
    Metrics::Gauge objects{};
    Metrics::Gauge objects_by_group{};
    Metrics::Gauge revision{};
  };

  Metrics& metrics_;
  const std::function<std::size_t(FairQueue::Kind)> running_;
  Metrics::Gauge reads_;
  Metrics::Gauge mutations_;
  std::vector<Kept> kept_;
};

}  // namespace annex::detail
