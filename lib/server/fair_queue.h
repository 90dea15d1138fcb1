// FairQueue: whose request runs next, and who is told to come back later.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
  /// A request that is submitted. Of its functions one is called, once.
  class Task {
   public:
    Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    virtual ~Task() = default;

    virtual void run(Place place) = 0;
    /// On the thread of a submit.
    virtual void refuse() = 0;

    // None of them changes once it is submitted.
    Kind kind = Kind::kRead;
    std::string_view user{};
    bool privileged = false;  ///< never refused for load
  };
  using TaskPtr = std::shared_ptr<Task>;

  /// `reserve` serves the privileged when no worker is free.
  FairQueue(util::Executor& workers, util::Executor& reserve, const Limits& limits)
      : workers_(workers),
        reserve_(reserve),
        limits_{limits.reads, limits.mutations, limits.watches} {}

  /// Sees to it that the task runs or is refused.
  void submit(const TaskPtr& task);
  std::size_t in_flight(Kind kind) const;

 private:
  struct Flow {
    std::deque<TaskPtr> waiting{};
    std::array<std::size_t, 3> counts{};  ///< of them, by kind
  };

  using Flows = std::map<std::string, Flow, std::less<>>;

  static std::size_t at(Kind kind) { return static_cast<std::size_t>(kind); }
  /// False if it takes no more.
  bool begin(util::Executor& executor, const TaskPtr& task);
  void run_next();
  void enqueue(const TaskPtr& task) ANNEX_REQUIRES(mutex_);
  /// The newest waiting task of that kind of the user with the most, if that are more than `user`
  /// has; else null.
  TaskPtr evict(Kind kind, std::string_view user) ANNEX_REQUIRES(mutex_);
  /// The newest waiting task of that kind of a flow, or of any kind. Requires: there is one.
  TaskPtr take_back(Flows::iterator flow, std::optional<Kind> kind) ANNEX_REQUIRES(mutex_);
  void finished(Kind kind);

  util::Executor& workers_;
  util::Executor& reserve_;
  const std::array<std::size_t, 3> limits_;
  mutable util::Mutex mutex_;
  std::array<std::size_t, 3> in_flight_ ANNEX_GUARDED_BY(mutex_) = {};
  Flows flows_ ANNEX_GUARDED_BY(mutex_);                   ///< of users with waiting tasks
  std::list<std::string> turns_ ANNEX_GUARDED_BY(mutex_);  ///< their users, the next first
};

}  // namespace annex::detail
