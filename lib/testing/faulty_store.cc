#include "annex/testing/faulty_store.h"

#include <utility>

#include "annex/storage/forwarding_store.h"
#include "annex/storage/memory.h"

namespace annex::testing {
namespace {

using storage::Entry;
using storage::Event;
using storage::Revision;
using storage::StoreError;
using storage::StoreResult;

/// Delivers a watch's events until one delivery fails.
class FaultySink final : public storage::WatchSink {
 public:
  FaultySink(storage::WatchSink& target, Faults& faults) : target_(target), faults_(faults) {}

  void on_events(std::span<const Event> events) override {
    if (ended_) return;
    const auto fault = faults_.next();
    if (!fault || fault->first == Faults::When::kAfter) target_.on_events(events);
    if (fault) on_end(fault->second);
  }
  void on_progress(Revision revision) override {
    if (!ended_) target_.on_progress(revision);
  }
  void on_end(const StoreError& why) override {
    if (!std::exchange(ended_, true)) target_.on_end(why);
  }

 private:
  storage::WatchSink& target_;
  Faults& faults_;
  bool ended_ = false;  ///< called by one thread at a time
};

class FaultyWatch final : public storage::Watch {
 public:
  FaultyWatch(storage::WatchSink& target, std::shared_ptr<Faults> faults)
      : faults_(std::move(faults)), sink(target, *faults_) {}
  void request_progress() override { inside->request_progress(); }

 private:
  const std::shared_ptr<Faults> faults_;

 public:
  FaultySink sink;
  std::unique_ptr<storage::Watch> inside;  ///< ends before the sink goes
};

class FaultyStore final : public storage::ForwardingStore {
 public:
  FaultyStore(std::unique_ptr<storage::Store> inner, std::shared_ptr<Faults> faults)
      : ForwardingStore(std::move(inner)), faults_(std::move(faults)) {}

  StoreResult<Entry> get(const std::string& key, std::optional<Revision> at) override {
    if (auto fault = faults_->next()) return std::move(fault->second);
    return inner().get(key, at);
  }
  StoreResult<storage::ListPage> list(const std::string& prefix,
                                      const storage::ListOptions& options) override {
    if (auto fault = faults_->next()) return std::move(fault->second);
    return inner().list(prefix, options);
  }
  void commit(storage::Commit commit, std::function<void(StoreResult<Entry>)> done) override {
    const auto fault = faults_->next();
    if (!fault) return inner().commit(std::move(commit), std::move(done));
    if (fault->first == Faults::When::kBefore) return done(fault->second);
    inner().commit(std::move(commit), [done = std::move(done), error = fault->second](
                                          const StoreResult<Entry>&) { done(error); });
  }
  StoreResult<std::unique_ptr<storage::Watch>> watch(const std::string& prefix, Revision after,
                                                     storage::WatchSink& sink) override {
    if (auto fault = faults_->next()) return std::move(fault->second);
    auto watch = std::make_unique<FaultyWatch>(sink, faults_);
    auto inside = inner().watch(prefix, after, watch->sink);
    if (!inside) return std::move(inside).error();
    watch->inside = std::move(*inside);
    return std::unique_ptr<storage::Watch>(std::move(watch));
  }
  StoreResult<Revision> current_revision() override {
    if (auto fault = faults_->next()) return std::move(fault->second);
    return inner().current_revision();
  }

 private:
  const std::shared_ptr<Faults> faults_;
};

}  // namespace

void Faults::fail(std::size_t nth, When when, StoreError error) {
  const util::MutexLock lock(mutex_);
  calls_ = 0;
  nth_ = nth;
  when_ = when;
  error_ = std::move(error);
  if (error_.message.empty()) error_.message = "the store is not there";
}

std::size_t Faults::calls() const {
  const util::MutexLock lock(mutex_);
  return calls_;
}

bool Faults::has_failed() const {
  const util::MutexLock lock(mutex_);
  return nth_ != 0 && calls_ >= nth_;
}

std::optional<std::pair<Faults::When, StoreError>> Faults::next() {
  const util::MutexLock lock(mutex_);
  if (++calls_ != nth_) return std::nullopt;
  return std::pair(when_, error_);
}

std::unique_ptr<storage::Store> make_faulty_store(std::unique_ptr<storage::Store> inner,
                                                  std::shared_ptr<Faults> faults) {
  return std::make_unique<FaultyStore>(std::move(inner), std::move(faults));
}

StoreKind faulty_memory_store(std::shared_ptr<Faults> faults) {
  StoreKind kind;
  kind.name = "faulty";
  kind.open = [faults = std::move(faults)](
                  const std::string&,
                  Environment environment) -> Result<std::unique_ptr<storage::Store>> {
    return make_faulty_store(storage::make_memory_store({}, environment.clock, environment.random),
                             faults);
  };
  return kind;
}

}  // namespace annex::testing
