// From a host and a port to a connected socket, within a call's patience.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "annex/util/executor.h"
#include "http/patience.h"

namespace annex::http {

/// Resolves and connects. Owned by a client. Any thread. Its destructor waits for a look-up that
/// runs, as long as the system's resolver takes.
class Dialler {
 public:
  /// `connect_time` is for one address.
  explicit Dialler(util::Clock& clock, util::Duration connect_time);
  ~Dialler();

  /// A connected, non-blocking socket, which is the caller's to close. All addresses of the name
  /// are tried in turn. ServiceUnavailable, naming the address and the reason; Timeout.
  Result<int> connect(const std::string& host, std::uint16_t port, Patience& patience);

 private:
  util::Clock& clock_;
  const util::Duration connect_time_;
  std::atomic<bool> closing_{false};
  util::Executor resolver_;
};

}  // namespace annex::http
