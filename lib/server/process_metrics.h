// What the machine says about this process, under the names that Prometheus' clients use.
#pragma once

#include "annex/server/metrics.h"
#include "annex/util/mutex.h"

namespace annex::detail {

/// Owned by the running server; any thread. What the machine does not tell is left as it was.
class ProcessMetrics {
 public:
  explicit ProcessMetrics(Metrics& metrics);
  /// Reads /proc.
  void update();

 private:
  Metrics::Counter cpu_seconds_;
  Metrics::Gauge resident_;
  Metrics::Gauge virtual_;
  Metrics::Gauge start_;
  Metrics::Gauge open_files_;
  Metrics::Gauge max_files_;
  util::Mutex mutex_;
  double told_cpu_ ANNEX_GUARDED_BY(mutex_) = 0;
};

}  // namespace annex::detail
