#include "server/metrics_page.h"

#include <utility>

#include "http/gzip.h"
#include "server/process_metrics.h"

namespace annex::detail {

std::shared_ptr<Metrics> make_metrics() {
  auto metrics = std::make_shared<Metrics>();
  metrics->before_text(
      [process = std::make_shared<ProcessMetrics>(*metrics)] { process->update(); });
  return metrics;
}

MetricsPage::MetricsPage(Metrics& metrics, const registry::Registry& registry,
                         registry::Backends& backends, const std::string& version,
                         std::function<std::size_t(FairQueue::Kind)> running)
    : metrics_(metrics), running_(std::move(running)) {
  const auto inflight = [&](const char* kind) {
    return metrics.gauge("apiserver_current_inflight_requests",
                         "Requests that run or wait to, watches apart.", {{"request_kind", kind}});
  };
  reads_ = inflight("readOnly");
  mutations_ = inflight("mutating");
  metrics
      .gauge("kubernetes_build_info", "Always 1; the version is a label.",
             {{"git_version", version}})
      .set(1);
  for (const auto& resource : registry.resources()) {
    registry::Backend* backend = backends.find(*resource);
    if (backend == nullptr) continue;
    const Metrics::Labels labels = {{"group", resource->group}, {"resource", resource->plural}};
    kept_.push_back({backend->cache(),
                     metrics.gauge("apiserver_storage_objects", "Objects of a resource.",
                                   {{"resource", resource->group_resource()}}),
                     metrics.gauge("apiserver_resource_objects", "Objects of a resource.", labels),
                     metrics.gauge("apiserver_watch_cache_resource_version",
                                   "The newest resourceVersion that watches know.", labels)});
  }
}

http::Response MetricsPage::answer(const http::Request& request) const {
  reads_.set(static_cast<double>(running_(FairQueue::Kind::kRead)));
  mutations_.set(static_cast<double>(running_(FairQueue::Kind::kMutation)));
  for (const Kept& each : kept_) {
    const auto objects = static_cast<double>(each.cache->size());
    each.objects.set(objects);
    each.objects_by_group.set(objects);
    each.revision.set(static_cast<double>(each.cache->revision()));
  }
  std::string text = metrics_.text();
  constexpr const char* kType = "text/plain; version=0.0.4; charset=utf-8";
  if (http::accepts_gzip(request.headers)) {
    if (auto packed = http::gzip(util::Chunks(text))) {
      http::Response response = http::Response::text(200, kType, std::move(*packed));
      response.headers.add("Content-Encoding", "gzip");
      response.headers.add("Vary", "Accept-Encoding");
      return response;
    }
  }
  return http::Response::text(200, kType, std::move(text));
}

}  // namespace annex::detail
