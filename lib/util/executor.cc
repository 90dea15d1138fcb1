#include "annex/util/executor.h"

#include <pthread.h>

namespace annex::util {

Executor::Executor(ExecutorOptions options) : options_(std::move(options)) {}

Executor::~Executor() { close(); }

bool Executor::try_post(std::function<void()> task) {
  {
    const MutexLock lock(mutex_);
    if (closing_ || queue_.size() >= options_.queue) return false;
    queue_.push_back(std::move(task));
    if (queue_.size() > idle_ && threads_.size() < options_.threads) {
      threads_.emplace_back([this] { run(); });
    }
  }
  // Whoever wakes finds the mutex free.
  wake_.notify_one();
  return true;
}

void Executor::suspend() {
  const MutexLock lock(mutex_);
  ++suspended_;
}

void Executor::resume(std::function<void()> rest) {
  const MutexLock lock(mutex_);
  --suspended_;
  queue_.push_back(std::move(rest));
  closing_ ? wake_.notify_all() : wake_.notify_one();
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
      while (queue_.empty() && (!closing_ || suspended_ > 0)) wake_.wait(mutex_);
      --idle_;
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace annex::util
