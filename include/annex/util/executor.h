// A bounded pool of threads for work that may block.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "annex/util/mutex.h"

namespace annex::util {

/// How many threads, and how much may wait for them.
struct ExecutorOptions {
  std::string name = "annex-worker";  ///< shown by the operating system, at most 15 bytes of it
  std::size_t threads = 16;           ///< at most; they are started when first needed
  std::size_t queue = 4096;           ///< tasks that may wait; more are refused
};

/// Runs tasks on its own threads, in the order of their arrival. Owned by the server; its
/// destructor runs what waits, then joins. Tasks must not throw. Any thread.
class Executor {
 public:
  /// Starts a thread once it is needed.
  explicit Executor(ExecutorOptions options);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// False, and the task is not run, if the queue is full or the pool is closing.
  [[nodiscard]] bool try_post(std::function<void()> task);
  /// Called by a task that returns before it is done: `resume` will have the rest of it run.
  void suspend();
  /// The rest of a task that was suspended, behind what waits now. Never refused.
  void resume(std::function<void()> rest);
  /// Refuses new tasks, runs those that wait or are suspended, joins all threads. Not from a task.
  void close();

 private:
  void run();
  /// True if a thread is to be woken for it.
  bool enqueue(std::function<void()> task) ANNEX_REQUIRES(mutex_);
  /// True for whoever is to wake a thread now. One wakes at a time: it wakes the next if it leaves
  /// tasks behind, so that tasks that come in quick succession find the threads that are awake.
  bool wakes_one() ANNEX_REQUIRES(mutex_);

  const ExecutorOptions options_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ ANNEX_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ANNEX_GUARDED_BY(mutex_);
  std::size_t idle_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::size_t suspended_ ANNEX_GUARDED_BY(mutex_) = 0;
  bool waking_ ANNEX_GUARDED_BY(mutex_) = false;
  bool closing_ ANNEX_GUARDED_BY(mutex_) = false;
};

}  // namespace annex::util
