#include "server/tasks.h"

#include <exception>

namespace annex::detail {

void Tasks::start(const std::vector<Task>& tasks) {
  for (const Task& task : tasks) {
    threads_.emplace_back([this, task, stop = source_.get_token()] {
      try {
        task.run(stop);
      } catch (const std::exception& error) {
        logger_.error("A task failed", {{"task", task.name}, {"err", error.what()}});
      }
    });
  }
}

void Tasks::ask_to_stop() { source_.request_stop(); }

void Tasks::stop() {
  ask_to_stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace annex::detail
