#include "annex/util/executor.h"

#include <pthread.h>

namespace annex::util {

Executor::Executor(ExecutorOptions options) : options_(std::move(options)) {}

Executor::~Executor() { close(); }

bool Executor::try_post(std::function<void()> task) {
  bool wakes = false;
  {
    const MutexLock lock(mutex_);
    if (closing_ || queue_.size() >= options_.queue) return false;
    wakes = enqueue(std::move(task));
  }
  // Whoever wakes finds the mutex free.
  if (wakes) wake_.notify_one();
  return true;
}

bool Executor::enqueue(std::function<void()> task) {
  queue_.push_back(std::move(task));
  if (queue_.size() > idle_ && threads_.size() < options_.threads && !closing_) {
    threads_.emplace_back([this] { run(); });
  }
  return wakes_one();
}

bool Executor::wakes_one() {
  if (idle_ == 0 || waking_) return false;
  waking_ = true;
  return true;
}

void Executor::suspend() {
  const MutexLock lock(mutex_);
  ++suspended_;
}

void Executor::resume(std::function<void()> rest) {
  const MutexLock lock(mutex_);
  --suspended_;
  const bool wakes = enqueue(std::move(rest));
  if (closing_) {
    wake_.notify_all();
  } else if (wakes) {
    wake_.notify_one();
  }
}

void Executor::close() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    closing_ = true;
    threads.swap(threads_);
    wake_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

void Executor::run() {
  pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
  while (true) {
    std::function<void()> task;
    {
      MutexLock lock(mutex_);
      ++idle_;
      while (queue_.empty() && (!closing_ || suspended_ > 0)) {
        wake_.wait(mutex_);
        waking_ = false;
      }
      --idle_;
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
      if (!queue_.empty() && wakes_one()) wake_.notify_one();
    }
    task();
  }
}

}  // namespace annex::util
