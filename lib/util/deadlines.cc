#include "annex/util/deadlines.h"

#include <pthread.h>

namespace annex::util {

Deadlines::Deadlines(Clock& clock) : clock_(clock) {
  jumps_ = clock_.on_jump([this] {
    const MutexLock lock(mutex_);
    changed_.notify_one();
  });
}

Deadlines::~Deadlines() {
  jumps_.reset();
  std::thread thread;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
    thread.swap(thread_);
  }
  if (thread.joinable()) thread.join();
}

Deadlines::Id Deadlines::add(TimePoint when, std::function<void()> expired) {
  bool wakes = false;
  Id id;
  {
    const MutexLock lock(mutex_);
    id = {when, next_++};
    waiting_.emplace(id, std::move(expired));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    wakes = when < looks_;
    if (wakes) looks_ = when;
  }
  // Whoever wakes finds the mutex free.
  if (wakes) changed_.notify_one();
  return id;
}

void Deadlines::remove(const Id& id) {
  // What the function owns dies outside of the lock.
  std::function<void()> dropped;
  const MutexLock lock(mutex_);
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  dropped.swap(found->second);
  waiting_.erase(found);
}

void Deadlines::run() {
  pthread_setname_np(pthread_self(), "annex-deadline");
  mutex_.lock();
  while (!stopping_) {
    if (waiting_.empty()) {
      looks_ = TimePoint::max();
      changed_.wait(mutex_);
      continue;
    }
    const auto first = waiting_.begin();
    const Duration left = first->first.first - clock_.now();
    if (left > Duration::zero()) {
      looks_ = first->first.first;
      changed_.wait_for(mutex_, left);
      continue;
    }
    const std::function<void()> expired = std::move(first->second);
    waiting_.erase(first);
    mutex_.unlock();
    expired();
    mutex_.lock();
  }
  mutex_.unlock();
}

}  // namespace annex::util
