// A bounded pool of threads for work that may block.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
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

/// Runs tasks on its own threads, in the order of their arrival, on the thread that was busy last:
/// as few as it takes run at all, and find what they use in their caches. Owned by the server; its
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
  /// How many more tasks would be begun at once, rather than when another one ends.
  std::size_t free_threads() const;
  /// Refuses new tasks, runs those that wait or are suspended, joins all threads. Not from a task.
  void close();

 private:
  /// Where one thread sleeps. Shared with whoever wakes it, which may be late: its executor may be
  /// gone by then.
  class Bed;
  using BedPtr = std::shared_ptr<Bed>;

  void run();
  /// Waits for a task. An empty one if no more will come.
  std::function<void()> next(const BedPtr& bed);
  /// Who is to be woken for it, once the mutex is free, or null.
  [[nodiscard]] BedPtr enqueue(std::function<void()> task) ANNEX_REQUIRES(mutex_);
  /// Who is to be woken now, or null. Few wake at a time: each wakes the next if it leaves tasks
  /// behind, so that tasks that come in quick succession find the threads that are awake.
  [[nodiscard]] BedPtr wakes_next() ANNEX_REQUIRES(mutex_);
  [[nodiscard]] std::vector<BedPtr> wakes_all() ANNEX_REQUIRES(mutex_);
  std::size_t idle() const ANNEX_REQUIRES(mutex_) { return beds_.size() + waking_; }

  const ExecutorOptions options_;
  mutable Mutex mutex_;
  std::deque<std::function<void()>> queue_ ANNEX_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ANNEX_GUARDED_BY(mutex_);
  /// Of those that sleep, the one that was busy last at the end.
  std::vector<BedPtr> beds_ ANNEX_GUARDED_BY(mutex_);
  std::size_t suspended_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::size_t waking_ ANNEX_GUARDED_BY(mutex_) = 0;
  bool closing_ ANNEX_GUARDED_BY(mutex_) = false;
};

}  // namespace annex::util
