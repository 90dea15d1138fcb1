// Lanes: several tasks of one request, of which one runs while the others wait.
#pragma once

#include <coroutine>
#include <functional>
#include <utility>
#include <vector>

#include "annex/util/mutex.h"
#include "annex/util/waiting.h"

namespace annex::handlers {

/// The place of tasks that share the place of a request: what such a task waits for goes on beside
/// the others, but its rest runs only where the request's own coroutine, the owner, awaits
/// `progress()`. So no two of them ever run at once. Lives in the owner's frame, which does not end
/// before they have. Any thread may call `resume`.
class Lanes final : public util::Waiting {
 public:
  explicit Lanes(util::Waiting& place) : place_(place) {}

  /// The owner goes on in the task's stead.
  void suspend() override {}
  void resume(std::function<void()> rest) override {
    util::Waiting& place = place_;
    std::coroutine_handle<> owner;
    {
      const util::MutexLock lock(mutex_);
      ready_.push_back(std::move(rest));
      owner = std::exchange(owner_, nullptr);
    }
    if (owner) place.resume([owner] { owner.resume(); });
  }
  util::Deadlines& deadlines() override { return place_.deadlines(); }

  /// To be awaited by the owner: leaves its thread until a task can go on, then goes on with all
  /// that can. Requires: some task waits.
  auto progress() {
    struct Awaiter {
      Lanes& lanes;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> owner) const { return lanes.leave(owner); }
      void await_resume() const {
        for (const std::function<void()>& rest : lanes.take()) rest();
      }
    };
    return Awaiter{*this};
  }

 private:
  /// False if there is something to go on with.
  bool leave(std::coroutine_handle<> owner) {
    const util::MutexLock lock(mutex_);
    if (!ready_.empty()) return false;
    place_.suspend();
    owner_ = owner;
    return true;
  }
  std::vector<std::function<void()>> take() {
    const util::MutexLock lock(mutex_);
    return std::exchange(ready_, {});
  }

  util::Waiting& place_;
  util::Mutex mutex_;
  std::vector<std::function<void()>> ready_ ANNEX_GUARDED_BY(mutex_);
  std::coroutine_handle<> owner_ ANNEX_GUARDED_BY(mutex_) = nullptr;  ///< if it has left
};

}  // namespace annex::handlers
