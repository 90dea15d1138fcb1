#include "registry/committing.h"

#include <chrono>
#include <utility>

#include "annex/util/mutex.h"
#include "registry/write_rules.h"

namespace annex::registry {
namespace {

/// How long a write without a deadline waits for the store.
constexpr std::chrono::seconds kLongest{60};

}  // namespace

/// Shared with the store and the deadline, which may be late.
struct Committing::State {
  util::Mutex mutex;
  util::CondVar settled;
  std::optional<Result<Committed>> result ANNEX_GUARDED_BY(mutex);
  /// The coroutine, once it has left its thread, and who brings it back.
  std::coroutine_handle<> task ANNEX_GUARDED_BY(mutex);
  util::Waiting* waiting ANNEX_GUARDED_BY(mutex) = nullptr;

  /// The first to settle it is heard.
  void settle(Result<Committed> given) {
    std::coroutine_handle<> next;
    util::Waiting* place = nullptr;
    {
      const util::MutexLock lock(mutex);
      if (result) return;
      result.emplace(std::move(given));
      next = task;
      place = waiting;
    }
    // Whoever wakes finds the mutex free.
    settled.notify_all();
    if (place != nullptr) place->resume([next] { next.resume(); });
  }
};

Committing::Committing(Backend& backend, Change change, const WriteRequest& request,
                       const util::Clock& clock)
    : state_(std::make_shared<State>()),
      waiting_(request.waiting),
      clock_(clock),
      end_(request.deadline == util::TimePoint::max() ? clock.now() + kLongest : request.deadline) {
  backend.commit(std::move(change),
                 [state = state_](Result<Committed> result) { state->settle(std::move(result)); });
}

bool Committing::await_ready() {
  if (waiting_ == nullptr) block();
  const util::MutexLock lock(state_->mutex);
  return state_->result.has_value();
}

void Committing::block() {
  const auto end = std::chrono::steady_clock::now() + (end_ - clock_.now());
  State& state = *state_;
  const util::MutexLock lock(state.mutex);
  while (!state.result) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= util::Duration::zero()) {
      state.result.emplace(write_timeout());
      return;
    }
    state.settled.wait_for(state.mutex, left);
  }
}

bool Committing::await_suspend(std::coroutine_handle<> task) {
  // Once the task is known, another thread may go on with it, and this object is gone.
  const std::shared_ptr<State> state = state_;
  util::Waiting* const waiting = waiting_;
  deadline_ = waiting->deadlines().add(end_, [state] { state->settle(write_timeout()); });
  const util::MutexLock lock(state->mutex);
  if (state->result) return false;
  waiting->suspend();
  state->task = task;
  state->waiting = waiting;
  return true;
}

Result<Committed> Committing::await_resume() {
  if (deadline_) waiting_->deadlines().remove(*deadline_);
  const util::MutexLock lock(state_->mutex);
  return std::move(*state_->result);
}

}  // namespace annex::registry
