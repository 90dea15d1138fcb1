// Tasks: what a program does while its server runs.
#pragma once

#include <thread>
#include <vector>

#include "annex/server/extensions.h"
#include "annex/util/logger.h"

namespace annex::detail {

/// A thread for each task. Owned by the running server and used by its thread.
class Tasks {
 public:
  explicit Tasks(util::Logger& logger) : logger_(logger) {}
  ~Tasks() { stop(); }
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  void start(const std::vector<Task>& tasks);
  /// Asks all of them to stop; waits for none.
  void ask_to_stop();
  /// Asks, and waits until they have returned. Idempotent.
  void stop();

 private:
  util::Logger& logger_;
  std::stop_source source_;
  std::vector<std::thread> threads_;
};

}  // namespace annex::detail
