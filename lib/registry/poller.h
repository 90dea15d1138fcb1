// Poller: has virtual resources listed while somebody watches them.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "annex/util/clock.h"
#include "annex/util/mutex.h"
#include "registry/virtual_backend.h"

namespace annex::registry {

/// One thread for all virtual resources of a server; none if there are none. Owned by the backends.
class Poller {
 public:
  /// The backends and the clock outlive it.
  Poller(std::vector<VirtualBackend*> backends, util::Clock& clock)
      : backends_(std::move(backends)), clock_(clock) {}
  ~Poller() { stop(); }
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void start();
  /// Waits for a list that is under way. Idempotent.
  void stop();

 private:
  void run();
  /// How long there is nothing to do.
  util::Duration pause() const;

  const std::vector<VirtualBackend*> backends_;
  util::Clock& clock_;
  util::Mutex mutex_;
  util::CondVar changed_;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
  bool jumped_ ANNEX_GUARDED_BY(mutex_) = false;
  std::shared_ptr<void> subscription_;
  std::thread thread_;
};

}  // namespace annex::registry
