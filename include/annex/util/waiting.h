// Waiting: how the work of a request waits without a thread.
#pragma once

#include <functional>

#include "annex/util/deadlines.h"

namespace annex::util {

/// What a task on a worker is told of its place, to give it up and to take it again. Owned by the
/// task; one thread at a time.
class Waiting {
 public:
  Waiting() = default;
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  virtual ~Waiting() = default;

  /// The task is about to leave its thread. Each time, `resume` follows.
  virtual void suspend() = 0;
  /// Has the rest of the task run on a thread that may block. Never blocks or fails.
  virtual void resume(std::function<void()> rest) = 0;
  /// Where the end of the waiting can be set.
  virtual Deadlines& deadlines() = 0;
};

}  // namespace annex::util
