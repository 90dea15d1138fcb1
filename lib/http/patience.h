// How one outbound call waits: for a descriptor, until its time is over or it is ended.
#pragma once

#include <string>

#include "annex/util/clock.h"
#include "annex/util/mutex.h"
#include "annex/util/result.h"

namespace annex::http {

enum class Wake { kReady, kTimeout, kStopped };

/// Belongs to the thread of one call; poke() and stop() may come from any thread.
class Patience {
 public:
  /// `silence` limits each wait, `deadline` all of them; TimePoint::max() and zero: no such limit.
  Patience(util::Clock& clock, util::TimePoint deadline, util::Duration silence = {});
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  /// Waits until `descriptor` is ready for `events` (of poll).
  Wake wait(int descriptor, short events);
  /// The same, not after `limit` either.
  Wake wait(int descriptor, short events, util::TimePoint limit);
  /// Makes a wait look at the clock again.
  void poke();
  /// Ends the call: every wait from now on says so.
  void stop();

 private:
  util::Clock& clock_;
  const util::TimePoint deadline_;
  const util::Duration silence_;
  const int event_;
  util::Mutex mutex_;
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
};

/// ServiceUnavailable, that the client has been stopped.
Error stopped_error();
/// Timeout, naming what was waited for.
Error late_error(const std::string& what);

}  // namespace annex::http
