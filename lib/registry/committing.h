// Committing: what becomes of a change, for a coroutine to await.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>

#include "annex/registry/backend.h"
#include "annex/registry/writes.h"
#include "annex/util/clock.h"

namespace annex::registry {

/// One change under way. Its task leaves the thread while the store writes, if the request may
/// wait so; else the thread waits. After the request's deadline the answer is that time is up, and
/// what the store says later is heard by nobody. Lives in the frame of the coroutine that awaits
/// it.
class Committing {
 public:
  Committing(Backend& backend, Change change, const WriteRequest& request,
             const util::Clock& clock);

  bool await_ready();
  bool await_suspend(std::coroutine_handle<> task);
  Result<Committed> await_resume();

 private:
  struct State;

  void block();

  const std::shared_ptr<State> state_;
  util::Waiting* const waiting_;
  const util::Clock& clock_;
  const util::TimePoint end_;
  std::optional<util::Deadlines::Id> deadline_{};
};

}  // namespace annex::registry
