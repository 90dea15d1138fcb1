#include "server/fair_queue.h"

#include <algorithm>
#include <utility>

namespace annex::detail {

void FairQueue::enqueue(const TaskPtr& task) {
  Flow& flow = flows_.try_emplace(std::string(task->user)).first->second;
  if (flow.waiting.empty()) turns_.emplace_back(task->user);
  ++flow.counts[at(task->kind)];
  flow.waiting.push_back(task);
}

FairQueue::TaskPtr FairQueue::take_back(Flows::iterator flow, std::optional<Kind> kind) {
  auto& waiting = flow->second.waiting;
  const auto newest = std::find_if(waiting.rbegin(), waiting.rend(), [kind](const TaskPtr& task) {
    return !kind || task->kind == *kind;
  });
  TaskPtr task = std::move(*newest);
  waiting.erase(std::next(newest).base());
  --flow->second.counts[at(task->kind)];
  if (waiting.empty()) {
    turns_.remove(flow->first);
    flows_.erase(flow);
  }
  return task;
}

FairQueue::TaskPtr FairQueue::evict(Kind kind, std::string_view user) {
  const auto own = flows_.find(user);
  std::size_t most = own == flows_.end() ? 0 : own->second.counts[at(kind)];
  auto loser = flows_.end();
  for (auto flow = flows_.begin(); flow != flows_.end(); ++flow) {
    const std::size_t count = flow->second.counts[at(kind)];
    if (count <= most || flow->second.waiting.front()->privileged) continue;
    most = count;
    loser = flow;
  }
  return loser == flows_.end() ? nullptr : take_back(loser, kind);
}

bool FairQueue::begin(util::Executor& executor, const TaskPtr& task) {
  return executor.try_post(
      [this, &executor, task] { task->run(Place(*this, task->kind, executor)); });
}

void FairQueue::submit(const TaskPtr& task) {
  TaskPtr refused;
  util::Executor* free = nullptr;
  bool posts = false;
  {
    const util::MutexLock lock(mutex_);
    std::size_t& in_flight = in_flight_[at(task->kind)];
    const std::size_t limit = limits_[at(task->kind)];
    const bool full = !task->privileged && limit != 0 && in_flight >= limit;
    if (!full) {
      ++in_flight;
      // Nobody has to wait for whom a worker is free, so there are no turns to take.
      free = workers_.free_threads() > 0 ? &workers_ : task->privileged ? &reserve_ : nullptr;
      posts = free == nullptr;
      if (posts) enqueue(task);
    } else {
      refused = evict(task->kind, task->user);
      if (refused != nullptr) {
        // Whose place this task takes had one in the workers' queue, too.
        enqueue(task);
      } else {
        refused = task;
      }
    }
  }
  if (free != nullptr && !begin(*free, task)) {
    const util::MutexLock lock(mutex_);
    enqueue(task);
    posts = true;
  }
  if (posts && !workers_.try_post([this] { run_next(); })) {
    // One place is missing. Somebody else's may have run this task by now: then another one waits
    // in vain.
    const util::MutexLock lock(mutex_);
    if (flows_.empty()) return;
    const auto own = flows_.find(task->user);
    refused = take_back(own != flows_.end() ? own : flows_.begin(), std::nullopt);
    --in_flight_[at(refused->kind)];
  }
  if (refused != nullptr) refused->refuse();
}

void FairQueue::run_next() {
  TaskPtr task;
  {
    const util::MutexLock lock(mutex_);
    if (turns_.empty()) return;
    const auto flow = flows_.find(turns_.front());
    task = std::move(flow->second.waiting.front());
    flow->second.waiting.pop_front();
    --flow->second.counts[at(task->kind)];
    if (flow->second.waiting.empty()) {
      flows_.erase(flow);
      turns_.pop_front();
    } else {
      turns_.splice(turns_.end(), turns_, turns_.begin());
    }
  }
  task->run(Place(*this, task->kind, workers_));
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
