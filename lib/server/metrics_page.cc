#include "server/metrics_page.h"

#include <cstdint>
#include <filesystem>
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
    kept_.push_back({backend, backend->cache(),
                     metrics.gauge("apiserver_storage_objects", "Objects of a resource.",
                                   {{"resource", resource->group_resource()}}),
                     metrics.gauge("apiserver_resource_objects", "Objects of a resource.", labels),
                     metrics.gauge("apiserver_watch_cache_resource_version",
                                   "The newest resourceVersion that watches know.", labels),
                     metrics.gauge("annex_storage_unreadable_objects",
                                   "Objects that are stored and cannot be read: of a version that "
                                   "this server does not know, or damaged.",
                                   labels),
                     metrics.counter("apiserver_storage_decode_errors_total",
                                     "How often a stored object could not be read.", labels)});
  }
  told_.resize(kept_.size());
}

void MetricsPage::watch_file(const std::string& storage, std::string file) {
  file_ = std::move(file);
  file_bytes_ = metrics_.gauge("apiserver_storage_size_bytes",
                               "Size of the store's file, and of its log, in bytes.",
                               {{"storage_cluster_id", storage}});
}

void MetricsPage::update_storage() const {
  const util::MutexLock lock(mutex_);
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const registry::Unreadable unreadable = kept_[i].backend->unreadable();
    kept_[i].unreadable.set(static_cast<double>(unreadable.now));
    const std::size_t told = std::exchange(told_[i], unreadable.found);
    kept_[i].decode_errors.add(static_cast<double>(unreadable.found - told));
  }
  if (file_.empty()) return;
  std::uintmax_t bytes = 0;
  for (const char* end : {"", "-wal"}) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file_ + end, error);
    if (!error) bytes += size;
  }
  file_bytes_.set(static_cast<double>(bytes));
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
  update_storage();
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
