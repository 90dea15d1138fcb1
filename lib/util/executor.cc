#include "annex/util/executor.h"

#include <pthread.h>
#include <semaphore.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace annex::util {
namespace {

/// With one, tasks that come together wait for one another while a processor has nothing to do.
constexpr std::size_t kWaking = 2;

}  // namespace

/// A semaphore: a condition variable wakes whoever has slept longest, and leaves its mutex so that
/// the next to let go of it asks the kernel in vain.
class Executor::Bed {
 public:
  Bed() { sem_init(&woken_, 0, 0); }
  ~Bed() { sem_destroy(&woken_); }
  Bed(const Bed&) = delete;
  Bed& operator=(const Bed&) = delete;

  /// Until it is woken, once for each time.
  void sleep() {
    while (sem_wait(&woken_) != 0 && errno == EINTR) {
    }
  }
  void wake() { sem_post(&woken_); }

 private:
  sem_t woken_;
};

Executor::Executor(ExecutorOptions options) : options_(std::move(options)) {}

Executor::~Executor() { close(); }

bool Executor::try_post(std::function<void()> task) {
  BedPtr woken;
  {
    const MutexLock lock(mutex_);
    if (closing_ || queue_.size() >= options_.queue) return false;
    woken = enqueue(std::move(task));
  }
  // Whoever wakes finds the mutex free.
  if (woken) woken->wake();
  return true;
}

Executor::BedPtr Executor::enqueue(std::function<void()> task) {
  queue_.push_back(std::move(task));
  if (queue_.size() > idle() && threads_.size() < options_.threads && !closing_) {
    threads_.emplace_back([this] { run(); });
  }
  return wakes_next();
}

Executor::BedPtr Executor::wakes_next() {
  if (beds_.empty() || waking_ >= kWaking) return nullptr;
  ++waking_;
  BedPtr last = std::move(beds_.back());
  beds_.pop_back();
  return last;
}

std::vector<Executor::BedPtr> Executor::wakes_all() {
  waking_ += beds_.size();
  return std::exchange(beds_, {});
}

void Executor::suspend() {
  const MutexLock lock(mutex_);
  ++suspended_;
}

void Executor::resume(std::function<void()> rest) {
  std::vector<BedPtr> all;
  BedPtr woken;
  {
    const MutexLock lock(mutex_);
    --suspended_;
    woken = enqueue(std::move(rest));
    // Those that find nothing to do may end now.
    if (closing_) all = wakes_all();
  }
  // Only the beds are touched from here on: the rest may have run, and the executor be gone.
  if (woken) woken->wake();
  for (const BedPtr& bed : all) bed->wake();
}

std::size_t Executor::free_threads() const {
  const MutexLock lock(mutex_);
  const std::size_t free = idle() + (options_.threads - threads_.size());
  return free - std::min(free, queue_.size());
}

void Executor::close() {
  std::vector<std::thread> threads;
  std::vector<BedPtr> woken;
  {
    const MutexLock lock(mutex_);
    closing_ = true;
    threads.swap(threads_);
    woken = wakes_all();
  }
  for (const BedPtr& bed : woken) bed->wake();
  for (std::thread& thread : threads) thread.join();
}

std::function<void()> Executor::next(const BedPtr& bed) {
  std::function<void()> task;
  BedPtr woken;
  {
    const MutexLock lock(mutex_);
    while (queue_.empty()) {
      if (closing_ && suspended_ == 0) return task;
      beds_.push_back(bed);
      mutex_.unlock();
      bed->sleep();
      mutex_.lock();
      --waking_;
    }
    task = std::move(queue_.front());
    queue_.pop_front();
    if (!queue_.empty()) woken = wakes_next();
  }
  if (woken) woken->wake();
  return task;
}

void Executor::run() {
  pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
  const auto bed = std::make_shared<Bed>();
  while (const std::function<void()> task = next(bed)) task();
}

}  // namespace annex::util
