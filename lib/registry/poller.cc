#include "registry/poller.h"

#include <algorithm>
#include <utility>

namespace annex::registry {
namespace {

/// Nobody tells when a watch begins: that is looked for so often.
constexpr util::Duration kLook = std::chrono::seconds(1);
constexpr util::Duration kLeast = std::chrono::milliseconds(10);

}  // namespace

void Poller::start() {
  if (backends_.empty()) return;
  subscription_ = clock_.on_jump([this] {
    const util::MutexLock lock(mutex_);
    jumped_ = true;
    changed_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

void Poller::stop() {
  {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  subscription_.reset();
}

util::Duration Poller::pause() const {
  util::Duration shortest = kLook;
  for (const VirtualBackend* backend : backends_) {
    if (const auto due = backend->due()) shortest = std::min(shortest, *due - clock_.now());
  }
  return std::max(shortest, kLeast);
}

void Poller::run() {
  while (true) {
    const util::Duration limit = pause();
    {
      const util::MutexLock lock(mutex_);
      if (!stopped_ && !std::exchange(jumped_, false)) changed_.wait_for(mutex_, limit);
      if (stopped_) return;
    }
    for (VirtualBackend* backend : backends_) backend->poll();
  }
}

}  // namespace annex::registry
