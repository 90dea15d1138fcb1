// MeteredStore: a store whose calls are counted and timed, under the names that upstream has for
// etcd.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "annex/registry/resource.h"
#include "annex/server/metrics.h"
#include "annex/storage/forwarding_store.h"
#include "annex/util/clock.h"

namespace annex::detail {

/// A guard that does not hold, and a key that is not there, are answers and
/// no errors, as upstream counts them. Series are made once, so that a call looks up
/// no name. Any thread.
class MeteredStore final : public storage::ForwardingStore {
 public:
  /// `clock` outlives it.
  MeteredStore(std::unique_ptr<storage::Store> inner, const std::shared_ptr<Metrics>& metrics,
               const registry::Registry& registry, const util::Clock& clock);
  /// What the store behind still owes is answered first, and counts.
  ~MeteredStore() override { end_inner(); }

  storage::StoreResult<storage::Entry> get(const std::string& key,
                                           std::optional<storage::Revision> at) override;
  storage::StoreResult<storage::ListPage> list(const std::string& prefix,
                                               const storage::ListOptions& options) override;
  void commit(storage::Commit commit,
              std::function<void(storage::StoreResult<storage::Entry>)> done) override;

 private:
  enum Operation { kGet, kList, kCreate, kUpdate, kDelete, kOperations };
  struct Series {
    Metrics::Histogram seconds{};
    Metrics::Counter calls{};
    Metrics::Counter errors{};
  };
  using OfResource = std::array<Series, kOperations>;

  /// By the prefix of a resource's keys; of what is none, without a name.
  const Series& find(std::string_view key, Operation operation) const;
  void note(const Series& series, util::TimePoint begun, const storage::StoreError* error) const;

  const std::shared_ptr<Metrics> metrics_;
  const util::Clock& clock_;
  std::map<std::string, OfResource, std::less<>> series_;
};

}  // namespace annex::detail
