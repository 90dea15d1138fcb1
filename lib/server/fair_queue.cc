#include "server/fair_queue.h"

#include <algorithm>
#include <utility>

namespace annex::detail {

void FairQueue::enqueue(Task task) {
  Flow& flow = flows_[task.user];
  if (flow.waiting.empty()) turns_.push_back(task.user);
  ++flow.counts[at(task.kind)];
  flow.waiting.push_back(std::move(task));
}

FairQueue::Task FairQueue::take_back(const std::string& user, std::optional<Kind> kind) {
  const auto flow = flows_.find(user);
  auto& waiting = flow->second.waiting;
  const auto newest = std::find_if(waiting.rbegin(), waiting.rend(), [kind](const Task& task) {
    return !kind || task.kind == *kind;
  });
  Task task = std::move(*newest);
  waiting.erase(std::next(newest).base());
  --flow->second.counts[at(task.kind)];
  if (waiting.empty()) {
    turns_.remove(user);
    flows_.erase(flow);
  }
  return task;
}

bool FairQueue::evict(Kind kind, const std::string& user, Task& out) {
  const auto own = flows_.find(user);
  std::size_t most = own == flows_.end() ? 0 : own->second.counts[at(kind)];
  const std::string* loser = nullptr;
  for (const auto& [name, flow] : flows_) {
    if (flow.counts[at(kind)] <= most || flow.waiting.front().privileged) continue;
    most = flow.counts[at(kind)];
    loser = &name;
  }
  if (loser == nullptr) return false;
  out = take_back(std::string(*loser), kind);
  return true;
}

bool FairQueue::begin(util::Executor& executor, const Task& task) {
  return executor.try_post(
      [this, &executor, kind = task.kind, run = task.run] { run(Place(*this, kind, executor)); });
}

void FairQueue::submit(Task task) {
  const Kind kind = task.kind;
  const std::string user = task.user;
  Task refused;
  util::Executor* free = nullptr;
  bool posts = false;
  {
    const util::MutexLock lock(mutex_);
    std::size_t& in_flight = in_flight_[at(kind)];
    const std::size_t limit = limits_[at(kind)];
    const bool full = !task.privileged && limit != 0 && in_flight >= limit;
    if (!full) {
      ++in_flight;
      // Nobody has to wait for whom a worker is free, so there are no turns to take.
      free = workers_.free_threads() > 0 ? &workers_ : task.privileged ? &reserve_ : nullptr;
      posts = free == nullptr;
      if (posts) enqueue(std::move(task));
    } else if (evict(kind, user, refused)) {
      // Whose place this task takes had one in the workers' queue, too.
      enqueue(std::move(task));
    } else {
      refused = std::move(task);
    }
  }
  // NOLINTNEXTLINE(bugprone-use-after-move): where it was moved, nobody is free
  if (free != nullptr && !begin(*free, task)) {
    const util::MutexLock lock(mutex_);
    enqueue(std::move(task));
    posts = true;
  }
  if (posts && !workers_.try_post([this] { run_next(); })) {
    // One place is missing. Somebody else's may have run this task by now: then another one waits
    // in vain.
    const util::MutexLock lock(mutex_);
    if (flows_.empty()) return;
    refused = take_back(flows_.count(user) > 0 ? user : flows_.begin()->first, std::nullopt);
    --in_flight_[at(refused.kind)];
  }
  if (refused.refuse) refused.refuse();
}

void FairQueue::run_next() {
  Task task;
  {
    const util::MutexLock lock(mutex_);
    if (turns_.empty()) return;
    const auto flow = flows_.find(turns_.front());
    task = std::move(flow->second.waiting.front());
    flow->second.waiting.pop_front();
    --flow->second.counts[at(task.kind)];
    if (flow->second.waiting.empty()) {
      flows_.erase(flow);
      turns_.pop_front();
    } else {
      turns_.splice(turns_.end(), turns_, turns_.begin());
    }
  }
  task.run(Place(*this, task.kind, workers_));
}

std::size_t FairQueue::in_flight(Kind kind) const {
  const util::MutexLock lock(mutex_);
  return in_flight_[at(kind)];
}

void FairQueue::finished(Kind kind) {
  const util::MutexLock lock(mutex_);
  --in_flight_[at(kind)];
}

}  // namespace annex::detail
