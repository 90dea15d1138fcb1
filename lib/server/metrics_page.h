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
#include "annex/util/mutex.h"
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

  /// The store's file, told as `storage`: its size is told from now on.
  void watch_file(const std::string& storage, std::string file);

  http::Response answer(const http::Request& request) const;

 private:
  struct Kept {
    const registry::Backend* backend = nullptr;
    std::shared_ptr<registry::WatchCache> cache{};
    Metrics::Gauge objects{};
    Metrics::Gauge objects_by_group{};
    Metrics::Gauge revision{};
    Metrics::Gauge unreadable{};
    Metrics::Counter decode_errors{};
  };

  void update_storage() const;

  Metrics& metrics_;
  const std::function<std::size_t(FairQueue::Kind)> running_;
  Metrics::Gauge reads_;
  Metrics::Gauge mutations_;
  std::vector<Kept> kept_;
  std::string file_;
  Metrics::Gauge file_bytes_;
  mutable util::Mutex mutex_;
  /// Decode errors that were told already, in the order of `kept_`.
  mutable std::vector<std::size_t> told_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::detail
