// FairQueue: whose request runs next, and who is told to come back later.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/util/executor.h"
#include "annex/util/mutex.h"

namespace annex::detail {

/// Holds requests while no worker is free and gives users turns, so that whoever asks for much
/// waits for it himself. A request is in flight from its submission to its end. Where too many are,
/// the user with the most waiting loses the newest of them, which may be the one just submitted.
/// Owned by the pipeline; outlived by both executors. Any thread.
class FairQueue {
 public:
  /// Watches are counted apart: they have a worker only while they begin.
  enum class Kind { kRead, kMutation, kWatch };
  /// The place of a request that is in flight. Whoever has it gives it back by letting it die.
  class Place {
   public:
    /// One of `queue`; the request's task runs on `executor`.
    Place(FairQueue& queue, Kind kind, util::Executor& executor)
        : queue_(&queue), kind_(kind), executor_(&executor) {}
    Place(Place&& other) noexcept
        : queue_(std::exchange(other.queue_, nullptr)),
          kind_(other.kind_),
          executor_(other.executor_) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (queue_ != nullptr) queue_->finished(kind_);
    }

    /// Of the thread that ran the task at first.
    util::Executor& executor() const { return *executor_; }

   private:
    FairQueue* queue_;
    Kind kind_;
    util::Executor* executor_;
  };
  struct Limits {
    std::size_t reads = 400;  ///< in flight; 0: any number, here and below
    std::size_t mutations = 200;
    std::size_t watches = 0;
  };
  struct Task {
    Kind kind = Kind::kRead;
    std::string user{};
    bool privileged = false;  ///< never refused for load
    std::function<void(Place)> run{};
    std::function<void()> refuse{};  ///< called instead of `run`, on the thread of a submit
  };

  /// `reserve` serves the privileged when no worker is free.
  FairQueue(util::Executor& workers, util::Executor& reserve, const Limits& limits)
      : workers_(workers),
        reserve_(reserve),
        limits_{limits.reads, limits.mutations, limits.watches} {}

  /// Sees to it that exactly one of the task's functions is called, once.
  void submit(Task task);
  std::size_t in_flight(Kind kind) const;

 private:
  struct Flow {
    std::deque<Task> waiting{};
    std::array<std::size_t, 3> counts{};  ///< of them, by kind
  };

  static std::size_t at(Kind kind) { return static_cast<std::size_t>(kind); }
  /// False if it takes no more.
  bool begin(util::Executor& executor, const Task& task);
  void run_next();
  void enqueue(Task task) ANNEX_REQUIRES(mutex_);
  /// The newest waiting task of that kind of the user with the most, if that are more than `user`
  /// has.
  bool evict(Kind kind, const std::string& user, Task& out) ANNEX_REQUIRES(mutex_);
  /// The newest waiting task of that kind of that user, or of any kind. Requires: there is one.
  Task take_back(const std::string& user, std::optional<Kind> kind) ANNEX_REQUIRES(mutex_);
  void finished(Kind kind);

  util::Executor& workers_;
  util::Executor& reserve_;
  const std::array<std::size_t, 3> limits_;
  mutable util::Mutex mutex_;
  std::array<std::size_t, 3> in_flight_ ANNEX_GUARDED_BY(mutex_) = {};
  std::map<std::string, Flow> flows_ ANNEX_GUARDED_BY(mutex_);  ///< of users with waiting tasks
  std::list<std::string> turns_ ANNEX_GUARDED_BY(mutex_);       ///< their users, the next first
};

}  // namespace annex::detail
