#include "annex/util/mutex.h"

namespace annex::util {

void CondVar::wait(Mutex& mutex) {
  std::unique_lock lock(mutex.mutex_, std::adopt_lock);
  condition_.wait(lock);
  lock.release();
}

bool CondVar::wait_for(Mutex& mutex, Duration limit) {
  std::unique_lock lock(mutex.mutex_, std::adopt_lock);
  const bool in_time = condition_.wait_for(lock, limit) == std::cv_status::no_timeout;
  lock.release();
  return in_time;
}

}  // namespace annex::util
