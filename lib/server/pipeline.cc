#include "server/pipeline.h"

#include <algorithm>
#include <exception>

#include "annex/json/write.h"
#include "annex/schema/formats.h"

namespace annex::detail {
namespace {

constexpr std::size_t kBodyLimit = 3U << 20U;
constexpr std::uint64_t kMillion = 1000000;

/// As upstream's limits count: whatever is no read changes something.
FairQueue::Kind kind_of(std::string_view verb) {
  if (verb == "watch") return FairQueue::Kind::kWatch;
  return verb == "get" || verb == "list" ? FairQueue::Kind::kRead : FairQueue::Kind::kMutation;
}

/// How long a request may wait for a thread that asks who calls and may they.
constexpr std::chrono::seconds kReviewQueueTime{10};

/// The request's own limit from `timeout`, as Go reads a duration.
Result<std::optional<util::Duration>> read_timeout(const http::Query& query) {
  const std::optional<std::string_view> text = query.first("timeout");
  if (!text || text->empty()) return std::optional<util::Duration>();
  if (const std::optional<std::int64_t> length = schema::parse_go_duration(*text)) {
    return std::optional(util::Duration(*length));
  }
  const bool is_number = text->find_first_not_of("0123456789.+-") == std::string_view::npos &&
                         text->find_first_of("0123456789") != std::string_view::npos;
  return Error::bad_request("invalid timeout specified in the request URL - time: " +
                            std::string(is_number ? "missing unit in" : "invalid") + " duration " +
                            json::quoted(*text));
}

Error too_many_requests() {
  Error error =
      Error::generic(Reason::kTooManyRequests, "Too many requests, please try again later.");
  error.details.retry_after_seconds = 1;
  return error;
}

Error shutting_down() {
  Error error = Error::generic(Reason::kServiceUnavailable, "apiserver is shutting down");
  error.details.retry_after_seconds = 1;
  return error;
}

/// The header lines that every answer has, whoever made it.
void finish_headers(http::Response& response, const std::string& audit_id) {
  if (!response.headers.contains("Audit-Id")) response.headers.add("Audit-Id", audit_id);
  if (!response.headers.contains("Cache-Control")) {
    response.headers.add("Cache-Control", "no-cache, private");
  }
}

/// A request's place at the workers.
class PlaceWaiting final : public util::Waiting {
 public:
  PlaceWaiting(util::Executor& executor, util::Deadlines& deadlines)
      : executor_(executor), deadlines_(deadlines) {}

  void suspend() override { executor_.suspend(); }
  // The rest may run, and end this object's life, before `resume` returns.
  void resume(std::function<void()> rest) override { executor_.resume(std::move(rest)); }
  util::Deadlines& deadlines() override { return deadlines_; }

 private:
  util::Executor& executor_;
  util::Deadlines& deadlines_;
};

}  // namespace

struct Pipeline::Exchange final : FairQueue::Task, std::enable_shared_from_this<Exchange> {
  Exchange(Pipeline& owner, http::Request asked, http::Respond answered)
      : pipeline(owner), request(std::move(asked)), respond(std::move(answered)) {}

  void run(FairQueue::Place place) override { pipeline.work(shared_from_this(), std::move(place)); }
  void refuse() override { pipeline.fail(*this, too_many_requests()); }

  Pipeline& pipeline;
  http::Request request;
  http::Respond respond;
  const PathHandler* path = nullptr;  ///< a path of the program's own; null: a resource's
  request::Context context{};
  Gatekeeper::Visit visit{};
  util::TimePoint queued_at{};
  util::Duration waited{};  ///< in the queue
};

Pipeline::Pipeline(PipelineParts parts, const ServerOptions& options)
    : parts_(std::move(parts)),
      request_timeout_(options.request_timeout),
      privileged_groups_(options.privileged_groups),
      gatekeeper_(parts_.authenticator, parts_.authorizer, parts_.environment, parts_.gate_metrics),
      goaway_chance_(static_cast<std::uint64_t>(options.goaway_chance * kMillion)),
      deadlines_(parts_.environment.clock),
      workers_({"annex-worker", options.worker_threads, options.worker_queue}),
      reserve_({"annex-reserve", 4, 1U << 16U}),
      queue_(workers_, reserve_,
             {options.max_requests_inflight, options.max_mutating_requests_inflight, 0}),
      reviews_({"annex-review", options.review_threads, options.review_queue}) {}

void Pipeline::close() {
  reviews_.close();
  workers_.close();
  reserve_.close();
}

bool Pipeline::post(std::function<void()> task) {
  return workers_.try_post([this, task = std::move(task)] {
    try {
      task();
    } catch (const std::exception& error) {
      parts_.environment.logger.error("A hook threw", {{"err", error.what()}});
    }
  });
}

std::size_t Pipeline::body_limit(const http::Request&) const { return kBodyLimit; }

http::Response Pipeline::refusal(const Error& error, int status) {
  http::Response response = handlers::error_response(error, http::Request{});
  response.status = status;
  finish_headers(response, parts_.environment.random.uuid());
  return response;
}

void Pipeline::serve(http::Request request, http::Respond respond) {
  running_.fetch_add(1, std::memory_order_relaxed);
  const auto exchange = std::make_shared<Exchange>(*this, std::move(request), std::move(respond));
  if (const Result<void> read = read_head(*exchange); !read) {
    return fail(*exchange, read.error());
  }
  admit(exchange, false);
}

void Pipeline::review(const ExchangePtr& exchange) {
  const util::TimePoint expired = parts_.environment.clock.now() + kReviewQueueTime;
  const bool posted = reviews_.try_post([this, exchange, expired] {
    // Behind reviews that hang, waiting longer only makes the next one wait.
    if (parts_.environment.clock.now() >= expired) return fail(*exchange, too_many_requests());
    admit(exchange, true);
  });
  if (!posted) fail(*exchange, too_many_requests());
}

Result<void> Pipeline::read_head(Exchange& exchange) const {
  const http::Request& request = exchange.request;
  request::Context& context = exchange.context;
  const std::optional<std::string_view> audit_id = request.headers.first("Audit-Id");
  context.audit_id =
      audit_id && !audit_id->empty() ? std::string(*audit_id) : parts_.environment.random.uuid();
  Result<request::RequestInfo> info = request::resolve(request);
  if (!info) return info.error();
  context.info = std::move(*info);
  if (context.info.verb == "watch") return {};

  util::Duration limit = request_timeout_;
  const Result<std::optional<util::Duration>> wanted = read_timeout(request.target.query);
  if (!wanted) return wanted.error();
  if (*wanted && **wanted > util::Duration::zero()) limit = std::min(limit, **wanted);
  context.deadline = request.received + limit;
  return {};
}

void Pipeline::admit(const ExchangePtr& exchange, bool may_wait) {
  const util::TimePoint deadline =
      std::min(exchange->context.deadline, exchange->request.received + request_timeout_);
  const std::optional<Result<void>> admitted =
      gatekeeper_.admit(exchange->visit, exchange->request, exchange->context, deadline, may_wait);
  if (!admitted) return review(exchange);
  if (!*admitted) return fail(*exchange, admitted->error());
  dispatch(exchange);
}

void Pipeline::dispatch(const ExchangePtr& exchange) {
  const http::Request& request = exchange->request;
  if (std::optional<http::Response> health = parts_.health.answer(request)) {
    return answer(*exchange, std::move(*health));
  }
  if (refusing_) return fail(*exchange, shutting_down());
  if (std::optional<Result<http::Response>> document = parts_.documents.answer(request)) {
    if (!*document) return fail(*exchange, document->error());
    return answer(*exchange, std::move(**document));
  }
  exchange->path = parts_.paths.find(request.target.path);
  if (exchange->path == nullptr && !parts_.handlers.serves(exchange->context.info)) {
    return answer(*exchange, http::Response::text(404, "application/json",
                                                  std::string(parts_.documents.paths())));
  }
  exchange->kind = kind_of(exchange->context.info.verb);
  exchange->user = exchange->context.user.name;
  exchange->privileged =
      std::any_of(privileged_groups_.begin(), privileged_groups_.end(),
                  [&](const auto& group) { return auth::in_group(exchange->context.user, group); });
  exchange->queued_at = parts_.environment.clock.now();
  queue_.submit(exchange);
}

Result<void> Pipeline::may_create(const request::Context& context) const {
  request::RequestInfo info = context.info;
  info.verb = "create";
  const auth::Attributes attributes{context.user, info, context.deadline};
  const auth::Decision decision = parts_.authorizer->authorize(attributes);
  if (decision.verdict == auth::Verdict::kAllow) return {};
  if (!decision.error.empty()) return Error::internal(decision.error);
  return auth::forbidden(attributes, decision.reason);
}

// All that the coroutine takes is its own: it lives on when whoever called it has returned.
util::Detached Pipeline::work(ExchangePtr exchange, FairQueue::Place place) {
  const util::TimePoint now = parts_.environment.clock.now();
  exchange->waited = now - exchange->queued_at;
  if (now >= exchange->context.deadline) {
    fail(*exchange,
         Error::generic(Reason::kTimeout,
                        "Timeout: request did not complete within the allotted timeout"));
    co_return;
  }
  request::Context& context = exchange->context;
  // Called on a worker, which may wait, before `exchange` is gone.
  context.may_create = [this, &context] { return may_create(context); };
  PlaceWaiting waiting(place.executor(), deadlines_);
  context.waiting = &waiting;
  std::optional<http::Response> response;
  try {
    if (exchange->path != nullptr) {
      response = (*exchange->path)(context, exchange->request);
    } else {
      response = co_await parts_.handlers.serve(context, exchange->request);
    }
  } catch (const std::exception& error) {
    // Only the program's own code can throw; its request fails, the server lives on.
    parts_.environment.logger.error(
        "A hook threw", {{"URI", exchange->request.target.path}, {"err", error.what()}});
  }
  if (response) {
    answer(*exchange, std::move(*response));
  } else {
    fail(*exchange, Error::internal(exchange->path != nullptr ? "the handler of this path failed"
                                                              : "a hook of this resource failed"));
  }
}

void Pipeline::fail(Exchange& exchange, const Error& error) {
  http::Response response = handlers::error_response(error, exchange.request);
  if (error.reason == Reason::kForbidden) response.headers.set("X-Content-Type-Options", "nosniff");
  answer(exchange, std::move(response));
}

void Pipeline::answer(Exchange& exchange, http::Response response) {
  finish_headers(response, exchange.context.audit_id);
  // Unknown callers are not to hold a connection with its many streams.
  if (exchange.request.protocol == "HTTP/2.0" &&
      (exchange.visit.anonymous || parts_.environment.random.below(kMillion) < goaway_chance_)) {
    response.close_connection = true;
  }
  util::Logger& logger = parts_.environment.logger;
  const util::Duration latency = parts_.environment.clock.now() - exchange.request.received;
  parts_.request_metrics.answered(exchange.context, exchange.request, latency, exchange.waited,
                                  response);
  if (logger.enabled(3)) {
    logger.info("HTTP", {{"verb", exchange.context.info.verb},
                         {"URI", exchange.request.target.path},
                         {"latency", schema::write_go_duration(latency.count())},
                         {"audit-ID", exchange.context.audit_id},
                         {"srcIP", exchange.request.remote_address},
                         {"resp", response.status}});
  }
  // Before the answer: whoever waits for that, and stops then, is not to find its request running.
  running_.fetch_sub(1, std::memory_order_release);
  exchange.respond(std::move(response));
}

}  // namespace annex::detail
