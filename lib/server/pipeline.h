// Pipeline: the filters that every request passes, from the listener to its handler.
#pragma once

#include <atomic>
#include <memory>

#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/discovery/documents.h"
#include "annex/handlers/handlers.h"
#include "annex/http/service.h"
#include "annex/request/context.h"
#include "annex/server/options.h"
#include "annex/util/deadlines.h"
#include "annex/util/executor.h"
#include "annex/util/task.h"
#include "server/fair_queue.h"
#include "server/gatekeeper.h"
#include "server/health.h"
#include "server/paths.h"
#include "server/request_metrics.h"

namespace annex::detail {

/// What a pipeline leads to. All of it outlives the pipeline.
struct PipelineParts {
  const discovery::Documents& documents;
  const handlers::Handlers& handlers;
  const Health& health;
  const Paths& paths;
  auth::AuthenticatorPtr authenticator;
  auth::AuthorizerPtr authorizer;
  Environment environment;
  RequestMetrics& request_metrics;
  GateMetrics gate_metrics;
};

/// Audit id, deadline, who calls, may they; then a prepared document on the thread that brought the
/// request, or a handler on a worker. Owned by the running server.
class Pipeline final : public http::Service {
 public:
  Pipeline(PipelineParts parts, const ServerOptions& options);
  /// Runs what waits.
  ~Pipeline() override { close(); }

  void serve(http::Request request, http::Respond respond) override;
  http::Response refusal(const Error& error, int status) override;
  std::size_t body_limit(const http::Request& head) const override;

  /// From now on new requests, but for health, are told to come back later.
  void refuse_new() { refusing_ = true; }
  /// Requests that have not been answered.
  std::size_t running() const { return running_; }
  /// Of that kind, those that wait for a worker or have one.
  std::size_t running(FairQueue::Kind kind) const { return queue_.in_flight(kind); }
  /// Has a task run on a worker, behind the requests that have one. False, and it is not run, if
  /// too much waits for them or they are closed.
  bool post(std::function<void()> task);
  /// Runs what waits and joins the workers. Not from one of them.
  void close();

 private:
  struct Exchange;
  using ExchangePtr = std::shared_ptr<Exchange>;

  Result<void> read_head(Exchange& exchange) const;
  /// Establishes who calls and whether they may; answers if not. On an IO thread as far as that is
  /// known, else on a thread for reviews.
  void admit(const ExchangePtr& exchange, bool may_wait);
  void review(const ExchangePtr& exchange);
  void dispatch(const ExchangePtr& exchange);
  /// Answers on a worker.
  util::Detached work(ExchangePtr exchange, FairQueue::Place place);
  /// Whether who asks may also create what they name.
  Result<void> may_create(const request::Context& context) const;
  void answer(Exchange& exchange, http::Response response);
  void fail(Exchange& exchange, const Error& error);

  const PipelineParts parts_;
  const util::Duration request_timeout_;
  const std::vector<std::string> privileged_groups_;
  const Gatekeeper gatekeeper_;
  const std::uint64_t goaway_chance_;  ///< of a million
  std::atomic<bool> refusing_{false};
  std::atomic<std::size_t> running_{0};
  /// Of writes that wait for their store.
  util::Deadlines deadlines_;
  util::Executor workers_;
  /// Privileged callers find room here when the workers have none.
  util::Executor reserve_;
  FairQueue queue_;
  /// Asks authenticators and authorizers that have to wait, so that a hanging one holds no worker.
  util::Executor reviews_;
};

}  // namespace annex::detail
