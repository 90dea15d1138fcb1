// A mutex that clang's thread-safety analysis understands, its lock and its condition variable.
#pragma once

#include <condition_variable>
#include <mutex>

#include "annex/util/clock.h"

#if defined(__clang__)
#define ANNEX_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define ANNEX_THREAD_ANNOTATION(x)
#endif

/// On a member: read and written only with the named mutex held.
#define ANNEX_GUARDED_BY(mutex) ANNEX_THREAD_ANNOTATION(guarded_by(mutex))
/// On a function: called only with the named mutex held.
#define ANNEX_REQUIRES(...) ANNEX_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
/// On a function: called only without the named mutex.
#define ANNEX_EXCLUDES(...) ANNEX_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace annex::util {

class ANNEX_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() ANNEX_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() ANNEX_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

/// Holds a mutex for a scope.
class ANNEX_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ANNEX_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() ANNEX_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits for a change of what a mutex guards. Waits may end early: test the condition in a loop.
class CondVar {
 public:
  /// Requires: `mutex` is held, as it is again afterwards.
  void wait(Mutex& mutex) ANNEX_REQUIRES(mutex);
  /// False once `limit` has passed on the machine's own clock.
  bool wait_for(Mutex& mutex, Duration limit) ANNEX_REQUIRES(mutex);
  /// Each wakes whoever waits: one, or all.
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace annex::util
