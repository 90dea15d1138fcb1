// The thread that lets connections in.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "annex/util/logger.h"
#include "transport/census.h"
#include "transport/event_loop.h"
#include "transport/inbox.h"

namespace annex::transport {

/// Accepts, and does nothing else: whatever the IO threads are busy with, the kernel's queue of new
/// connections does not fill. Created and joined by the listener.
class Acceptor {
 public:
  /// Owns `listening`. `spread` is called from this thread alone.
  Acceptor(int listening, Census& census, util::Clock& clock, util::Logger& logger,
           std::function<void(Accepted)> spread);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// False if the operating system has no descriptor for it.
  bool start();
  /// Lets the thread close the port and end. Idempotent, any thread.
  void stop() { inbox_->stop(); }
  void join();

 private:
  void run();
  void accept(util::TimePoint now);
  std::optional<util::Duration> wait_time(util::TimePoint now) const;

  int listening_;
  Census& census_;
  util::Clock& clock_;
  util::Logger& logger_;
  const std::function<void(Accepted)> spread_;
  const std::shared_ptr<Inbox> inbox_;
  const std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<EventLoop::Watch> inbox_watch_;
  std::unique_ptr<EventLoop::Watch> listening_watch_;
  std::optional<util::TimePoint> again_;  ///< it looks away until then
  std::thread thread_;
};

}  // namespace annex::transport
