// What is counted of requests, under upstream's names and labels.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/registry/resource.h"
#include "annex/request/context.h"
#include "annex/server/metrics.h"
#include "annex/util/clock.h"

namespace annex::detail {

/// Counts answers and what lasts after them. Owned by the running server; any thread. No peer can
/// make a series: what this server does not serve is counted without saying what it was.
class RequestMetrics {
 public:
  /// `paths`: those that are no resource. `registry` outlives it.
  RequestMetrics(std::shared_ptr<Metrics> metrics, const registry::Registry& registry,
                 const std::vector<std::string>& paths);

  /// Counts an answer `took` after its request came, or, if it is a watch or an upgrade, at its
  /// end: then its body is wrapped. `waited`: how much of that it spent in the queue.
  void answered(const request::Context& context, const http::Request& request, util::Duration took,
                util::Duration waited, http::Response& response);

 private:
  class Book;
  class Lasting;
  class LastingBody;
  class LastingDuplex;

  /// Shared with bodies, which may outlive the server.
  const std::shared_ptr<Book> book_;
};

}  // namespace annex::detail
