#include "http/patience.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace annex::http {
namespace {

/// Rounded up, so that a wait never ends just before its limit and spins.
int poll_milliseconds(util::Duration left) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::minutes(1);
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left);
  return static_cast<int>(std::clamp(rounded, std::chrono::milliseconds(0), kLongest).count());
}

}  // namespace

Patience::Patience(util::Clock& clock, util::TimePoint deadline, util::Duration silence)
    : clock_(clock),
      deadline_(deadline),
      silence_(silence),
      event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Patience::~Patience() {
  if (event_ >= 0) ::close(event_);
}

Wake Patience::wait(int descriptor, short events) {
  return wait(descriptor, events, util::TimePoint::max());
}

Wake Patience::wait(int descriptor, short events, util::TimePoint limit) {
  limit = std::min(limit, deadline_);
  if (silence_ > util::Duration::zero()) limit = std::min(limit, clock_.now() + silence_);
  // Without the event nothing could end a wait; it is missing only where descriptors ran out.
  if (event_ < 0) return Wake::kStopped;
  for (;;) {
    {
      const util::MutexLock lock(mutex_);
      if (stopped_) return Wake::kStopped;
    }
    const util::TimePoint now = clock_.now();
    if (now >= limit) return Wake::kTimeout;
    pollfd both[2] = {{descriptor, events, 0}, {event_, POLLIN, 0}};
    const int ready = ::poll(both, 2, poll_milliseconds(limit - now));
    if (ready <= 0) continue;
    if (both[1].revents != 0) {
      std::uint64_t count = 0;
      static_cast<void>(!::read(event_, &count, sizeof count));
      continue;
    }
    return Wake::kReady;
  }
}

void Patience::poke() {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(event_, &one, sizeof one));
}

void Patience::stop() {
  {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
  }
  poke();
}

Error stopped_error() { return Error::unavailable("the client has been stopped"); }

Error late_error(const std::string& what) {
  return Error::generic(Reason::kTimeout, "deadline exceeded while " + what);
}

}  // namespace annex::http
