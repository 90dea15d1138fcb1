// What a transport serves.
#pragma once

#include <functional>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/util/error.h"

namespace annex::http {

/// Answers one request: called once, from any thread, also after the peer has gone.
using Respond = std::function<void(Response)>;

/// Everything behind the listener. Called from any IO thread; must not block it.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  /// Answers `request`, at once or later.
  virtual void serve(Request request, Respond respond) = 0;
  /// The answer to a request that the transport itself refuses (bad syntax, a limit): a Status.
  /// Never blocks.
  virtual Response refusal(const util::Error& error, int status) = 0;
  /// The most bytes that a request's body may have; more is answered with 413.
  virtual std::size_t body_limit(const Request& head) const = 0;
};

}  // namespace annex::http
