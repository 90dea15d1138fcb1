// Handlers: from an authorized request for a resource to its response.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/registry/backend.h"
#include "annex/registry/resource.h"
#include "annex/registry/writes.h"
#include "annex/request/context.h"
#include "annex/request/request_info.h"
#include "annex/util/clock.h"
#include "annex/util/logger.h"
#include "annex/util/random.h"
#include "annex/util/task.h"

namespace annex::handlers {

/// Has a task run on a thread that may block. False, and it is not run, if there is none now.
using WorkerPost = std::function<bool(std::function<void()>)>;

/// Limits, and who else is asked about writes.
struct HandlersOptions {
  /// The most bytes of a request's body.
  std::size_t body_limit = 3145728;
  /// Without timeoutSeconds a watch lasts between this and twice this.
  util::Duration min_watch_timeout = std::chrono::seconds(1800);
  util::Duration bookmark_interval = std::chrono::seconds(60);  ///< for who asked for bookmarks
  /// Writes are given up after this.
  util::Duration write_limit = std::chrono::seconds(34);
  /// Asked about each write; null: only the resources' own hooks are. Outlives the handlers.
  const registry::Admission* admission = nullptr;
  /// Makes the pieces of large lists while they are sent, for they call hooks. Called on IO
  /// threads. Empty: whoever pulls such a list makes them.
  WorkerPost post{};
  /// Gives what a new watch tells how many events it has sent, on IO threads. May be empty.
  std::function<std::function<void(std::size_t)>(const registry::Resource&,
                                                 const registry::Version&)>
      count_watch_events{};
};

/// Serves every verb of every resource of a registry. Owned by the server; what it is given must
/// outlive it. Any thread that may block: hooks and stores are called.
class Handlers {
 public:
  /// All but the options outlive it.
  Handlers(const registry::Registry& registry, registry::Backends& backends,
           const util::Clock& clock, util::Random& random, util::Logger& logger,
           HandlersOptions options = {});

  /// True for a path below `/apis/<group>` (or `/api`) of a group that is served.
  bool serves(const request::RequestInfo& info) const;
  /// Answers a request that `serves`. Errors are answers, too. Writes wait for their store as
  /// `context.waiting` says.
  util::Task<http::Response> serve(request::Context& context, const http::Request& request) const;

 private:
  util::Task<Result<http::Response>> answer(request::Context& context,
                                            const http::Request& request) const;

  const registry::Registry& registry_;
  registry::Backends& backends_;
  const util::Clock& clock_;
  util::Random& random_;
  util::Logger& logger_;
  const HandlersOptions options_;
  const std::unique_ptr<const registry::Resource> scale_;  ///< autoscaling/v1 Scale
  const registry::Codec scale_codec_;
};

/// The Status of `error` in the form that the request accepts, with its headers.
http::Response error_response(const Error& error, const http::Request& request);

}  // namespace annex::handlers
