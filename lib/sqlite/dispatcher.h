// Brings a store's changes to its watchers, on a thread of its own.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "annex/storage/store.h"
#include "annex/util/mutex.h"
#include "sqlite/snapshot.h"

namespace annex::sqlite {

/// A watcher that has all changes so far is handed new ones as they are written. One that is
/// behind, because it began in the past or because its sink is slow, reads them from the file: so
/// what waits in memory is bounded, and a sink never holds up a commit. Owned by the store.
class Dispatcher {
 public:
  /// Reads at most `limit` changes after a revision.
  using Read = std::function<StoreResult<Changes>(const std::string& prefix, Revision after,
                                                  std::size_t limit)>;

  Dispatcher(Read read, Revision newest);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// Changes that are durable now, in order. One thread at a time.
  void publish(std::vector<storage::Event> events);
  std::unique_ptr<storage::Watch> watch(const std::string& prefix, Revision after,
                                        storage::WatchSink& sink);

 private:
  struct Watcher {
    Watcher(std::string watched_prefix, storage::WatchSink& watched_sink, Revision after)
        : prefix(std::move(watched_prefix)), sink(watched_sink), position(after) {}

    const std::string prefix;
    storage::WatchSink& sink;
    util::Mutex mutex;  // held while the sink is called
    bool ended ANNEX_GUARDED_BY(mutex) = false;
    /// All changes up to here have been delivered.
    Revision position ANNEX_GUARDED_BY(mutex);
    /// The progress that was asked for. Guarded by the dispatcher's mutex.
    Revision asked = 0;
  };
  /// Changes after `from` up to `to`.
  struct Batch {
    Revision from{};
    Revision to{};
    std::vector<storage::Event> events{};
  };
  class Handle;

  void run();
  /// True if the watcher is still behind.
  bool serve(Watcher& watcher, const Batch* batch, Revision published, Revision asked);
  void hand_out(Watcher& watcher, const Batch& batch) ANNEX_REQUIRES(watcher.mutex);
  void catch_up(Watcher& watcher) ANNEX_REQUIRES(watcher.mutex);
  void request_progress(Watcher& watcher);
  void end(const std::shared_ptr<Watcher>& watcher);

  const Read read_;
  util::Mutex mutex_;
  util::CondVar changed_;
  std::deque<Batch> batches_ ANNEX_GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::vector<std::shared_ptr<Watcher>> watchers_ ANNEX_GUARDED_BY(mutex_);
  Revision published_ ANNEX_GUARDED_BY(mutex_);
  bool work_ ANNEX_GUARDED_BY(mutex_) = false;
  bool stopping_ ANNEX_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace annex::sqlite
