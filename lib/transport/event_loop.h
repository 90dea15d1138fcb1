// Waiting for descriptors and for time. libuv is seen nowhere else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "annex/util/clock.h"

namespace annex::transport {

/// What one IO thread waits with. Owned by it, made anywhere, then called from that thread only.
class EventLoop {
 public:
  enum Interest : unsigned { kNothing = 0, kRead = 1, kWrite = 2 };

  /// A descriptor that is ready.
  struct Ready {
    std::uint64_t id = 0;
    bool broken = false;  ///< it failed, and is no longer watched
  };

  /// One descriptor that is watched. Owned by whoever owns the descriptor and destroyed before that
  /// is closed and before the loop is.
  class Watch {
   public:
    virtual ~Watch() = default;
    /// Replaces what is waited for, a union of Interest.
    virtual void want(unsigned interest) = 0;
  };

  /// Null if the operating system has no descriptors for it.
  static std::unique_ptr<EventLoop> make();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Watches a descriptor for nothing yet; wait() calls it `id`. Null if the operating system
  /// refuses.
  std::unique_ptr<Watch> watch(int descriptor, std::uint64_t id);
  /// Waits until something is ready, for `limit` at most if there is one. A descriptor stays ready
  /// until it is drained. The result holds until the next call.
  const std::vector<Ready>& wait(std::optional<util::Duration> limit);

 private:
  class Impl;
  explicit EventLoop(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace annex::transport
