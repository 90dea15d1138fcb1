// Health: what /healthz, /livez and /readyz answer.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/server/extensions.h"
#include "annex/util/logger.h"
#include "annex/util/mutex.h"

namespace annex::detail {

/// The state of one running server, told on the IO threads: nothing here waits for anything. Any
/// thread.
class Health {
 public:
  /// `more`: checks besides its own.
  Health(util::Logger& logger, std::vector<HealthCheck> more)
      : logger_(logger), more_(std::move(more)) {}

  void set_started() { started_ = true; }
  void set_stopping() { stopping_ = true; }
  /// Why the store does not answer; empty if it does.
  void set_storage_failure(std::string reason);

  /// The answer to a request below one of the three paths; nothing for other paths.
  std::optional<http::Response> answer(const http::Request& request) const;
  /// All paths that are answered.
  std::vector<std::string> paths() const;

 private:
  /// The checks of "healthz", "livez" or "readyz"; none for other names.
  std::vector<std::string_view> checks_of(std::string_view endpoint) const;
  std::string failure(std::string_view check) const;

  util::Logger& logger_;
  const std::vector<HealthCheck> more_;
  std::atomic<bool> started_{false};
  std::atomic<bool> stopping_{false};
  mutable util::Mutex mutex_;
  std::string storage_failure_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::detail
