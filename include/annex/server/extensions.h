// What a program adds to its server besides resources: paths of its own, checks, tasks.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/request/context.h"

namespace annex {

/// Answers a request for a path of the program's own. The caller is known and was allowed it as a
/// path that is no resource. Called on worker threads, from many at once; what it throws becomes an
/// InternalError.
using PathHandler =
    std::function<http::Response(const request::Context& context, const http::Request& request)>;

/// A health check: why it fails, empty if it does not. Called on IO threads: must not wait.
struct HealthCheck {
  std::string name{};                      ///< as in `/readyz/<name>`
  std::function<std::string()> failure{};  ///< empty text: all is well
  /// False: only /readyz has it. True: /livez and /healthz, too, so that its failure gets the
  /// process restarted.
  bool liveness = false;
};

/// Something that goes on while the server runs, on a thread of its own. Started once the server is
/// ready; asked to stop when it drains, and must then return soon: stop() waits for it. What it
/// throws is logged and ends it alone.
struct Task {
  std::string name{};                               ///< told in the log
  std::function<void(std::stop_token stop)> run{};  ///< on the task's thread
};

}  // namespace annex
