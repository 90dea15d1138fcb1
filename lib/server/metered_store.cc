#include "server/metered_store.h"

#include <utility>

#include "annex/registry/backend.h"

namespace annex::detail {
namespace {

using storage::StoreError;
using storage::StoreResult;

const std::vector<double> kSeconds = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1,  1.25, 1.5, 2,
                                      3,     4,     5,    6,   8,   10,  15,  20,  30, 45,   60};
constexpr std::array<const char*, 5> kNames = {"get", "list", "create", "update", "delete"};

bool is_error(const StoreError& error) {
  return error.code != StoreError::Code::kNotFound && error.code != StoreError::Code::kExists &&
         error.code != StoreError::Code::kConflict;
}

}  // namespace

MeteredStore::MeteredStore(std::unique_ptr<storage::Store> inner,
                           const std::shared_ptr<Metrics>& metrics,
                           const registry::Registry& registry, const util::Clock& clock)
    : ForwardingStore(std::move(inner)), metrics_(metrics), clock_(clock) {
  const auto make = [this](const std::string& group, const std::string& plural) {
    OfResource made;
    for (std::size_t i = 0; i < kOperations; ++i) {
      const Metrics::Labels labels = {
          {"operation", kNames[i]}, {"group", group}, {"resource", plural}};
      made[i] = {metrics_->histogram("etcd_request_duration_seconds",
                                     "Time that calls of the store took, in seconds, whichever "
                                     "store it is.",
                                     kSeconds, labels),
                 metrics_->counter("etcd_requests_total", "Calls of the store.", labels),
                 metrics_->counter("etcd_request_errors_total", "Calls of the store that failed.",
                                   labels)};
    }
    return made;
  };
  for (const auto& resource : registry.resources()) {
    if (resource->source || resource->answer) continue;
    series_.emplace(registry::key_prefix(*resource, registry::BackendOptions{}.prefix),
                    make(resource->group, resource->plural));
  }
  series_.emplace("", make("", ""));
}

const MeteredStore::Series& MeteredStore::find(std::string_view key, Operation operation) const {
  // The greatest prefix that is not after the key is the only one that can be its own.
  auto found = series_.upper_bound(key);
  if (found != series_.begin()) --found;
  if (key.substr(0, found->first.size()) != found->first) found = series_.begin();
  return found->second[operation];
}

void MeteredStore::note(const Series& series, util::TimePoint begun,
                        const StoreError* error) const {
  series.seconds.observe(std::chrono::duration<double>(clock_.now() - begun).count());
  series.calls.add();
  if (error != nullptr && is_error(*error)) series.errors.add();
}

StoreResult<storage::Entry> MeteredStore::get(const std::string& key,
                                              std::optional<storage::Revision> at) {
  const util::TimePoint begun = clock_.now();
  auto entry = inner().get(key, at);
  note(find(key, kGet), begun, entry ? nullptr : &entry.error());
  return entry;
}

StoreResult<storage::ListPage> MeteredStore::list(const std::string& prefix,
                                                  const storage::ListOptions& options) {
  const util::TimePoint begun = clock_.now();
  auto page = inner().list(prefix, options);
  note(find(prefix, kList), begun, page ? nullptr : &page.error());
  return page;
}

void MeteredStore::commit(storage::Commit commit,
                          std::function<void(StoreResult<storage::Entry>)> done) {
  const bool creates = commit.guard.revision == storage::Revision{0};
  const Series& series = find(commit.key, !commit.value ? kDelete : creates ? kCreate : kUpdate);
  const util::TimePoint begun = clock_.now();
  inner().commit(std::move(commit),
                 [this, &series, begun, done = std::move(done)](StoreResult<storage::Entry> entry) {
                   note(series, begun, entry ? nullptr : &entry.error());
                   done(std::move(entry));
                 });
}

}  // namespace annex::detail
