// The signals by which a process is asked to end, read from a descriptor instead of a handler.
#pragma once

#include <functional>
#include <thread>

namespace annex::cli {

/// Holds back SIGTERM and SIGINT while it lives, in this thread and in those that it starts
/// afterwards; a broken connection's SIGPIPE is ignored. One at a time, on main's thread.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Waits for the first signal.
  void wait();
  /// From now on a signal calls `act`, on a thread that ends with this object.
  void on_next(std::function<void()> act);

 private:
  /// True if a signal came, false if this object is about to end.
  bool wait_or_end();

  int signals_ = -1;
  int end_ = -1;
  std::thread watcher_;
};

}  // namespace annex::cli
