// A lock that lets its waiters in by the order in which they came.
#pragma once

#include <cstdint>

#include "annex/util/mutex.h"

namespace annex::sqlite {

/// A mutex goes to whoever is quickest: a thread that lets go of it and takes it again at once wins
/// against one that has to be woken, and may do so for minutes. Here the latter is next.
class ANNEX_THREAD_ANNOTATION(capability("mutex")) Turnstile {
 public:
  Turnstile() = default;
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  void lock() ANNEX_THREAD_ANNOTATION(acquire_capability()) {
    util::MutexLock lock(mutex_);
    const std::uint64_t own = tickets_++;
    while (admitted_ != own) moved_.wait(mutex_);
  }
  void unlock() ANNEX_THREAD_ANNOTATION(release_capability()) {
    util::MutexLock lock(mutex_);
    ++admitted_;
    if (admitted_ != tickets_) moved_.notify_all();
  }

  /// Those who wait, without whoever is in.
  std::uint64_t waiting() {
    util::MutexLock lock(mutex_);
    return tickets_ == admitted_ ? 0 : tickets_ - admitted_ - 1;
  }

 private:
  util::Mutex mutex_;
  util::CondVar moved_;
  std::uint64_t tickets_ ANNEX_GUARDED_BY(mutex_) = 0;
  std::uint64_t admitted_ ANNEX_GUARDED_BY(mutex_) = 0;
};

/// Is in for a scope.
class ANNEX_THREAD_ANNOTATION(scoped_lockable) Turn {
 public:
  explicit Turn(Turnstile& turnstile) ANNEX_THREAD_ANNOTATION(acquire_capability(turnstile))
      : turnstile_(turnstile) {
    turnstile_.lock();
  }
  ~Turn() ANNEX_THREAD_ANNOTATION(release_capability()) { turnstile_.unlock(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turnstile& turnstile_;
};

}  // namespace annex::sqlite
