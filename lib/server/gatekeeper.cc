#include "server/gatekeeper.h"

#include <string>
#include <utility>

#include "annex/json/write.h"

namespace annex::detail {
namespace {

Error no_decision(const http::Request& request, const std::string& cause) {
  std::string uri = request.target.raw_path;
  if (!request.target.raw_query.empty()) uri += "?" + request.target.raw_query;
  return Error::generic(Reason::kInternalError,
                        "Internal Server Error: " + json::quoted(uri) + ": " + cause);
}

}  // namespace

std::optional<auth::Decision> Gatekeeper::decide(const auth::Attributes& attributes,
                                                 bool may_wait) const {
  using Outcome = GateMetrics::Authorization;
  const util::TimePoint begin = clock_.now();
  std::optional<auth::Decision> decision =
      may_wait ? authorizer_->authorize(attributes) : authorizer_->from_memory(attributes);
  if (!decision) return decision;
  const Outcome outcome = decision->verdict == auth::Verdict::kAllow  ? Outcome::kAllowed
                          : decision->verdict == auth::Verdict::kDeny ? Outcome::kDenied
                          : decision->error.empty()                   ? Outcome::kNoOpinion
                                                                      : Outcome::kError;
  metrics_.authorized(outcome, clock_.now() - begin);
  return decision;
}

std::optional<Result<void>> Gatekeeper::admit(Visit& visit, http::Request& request,
                                              request::Context& context, util::TimePoint deadline,
                                              bool may_wait) const {
  std::optional<Result<void>> step = identify(visit, request, context, may_wait);
  if (!step || !*step) return step;
  step = impersonate(visit, request, context, deadline, may_wait);
  if (!step || !*step) return step;

  const auth::Attributes attributes{context.user, context.info, deadline};
  const std::optional<auth::Decision> decision = decide(attributes, may_wait);
  if (!decision) return std::nullopt;
  if (decision->verdict == auth::Verdict::kAllow) return Result<void>();
  if (decision->verdict == auth::Verdict::kNoOpinion && !decision->error.empty()) {
    logger_.error("Unable to authorize the request", {{"err", decision->error}});
    return Result<void>(no_decision(request, decision->error));
  }
  if (logger_.enabled(2)) {
    logger_.info("Forbidden", {{"URI", request.target.path}, {"user", context.user.name}});
  }
  return Result<void>(auth::forbidden(attributes, decision->reason));
}

std::optional<Result<void>> Gatekeeper::identify(Visit& visit, http::Request& request,
                                                 request::Context& context, bool may_wait) const {
  if (visit.identified) return Result<void>();
  using Outcome = GateMetrics::Authentication;
  const util::TimePoint begin = clock_.now();
  std::optional<Result<std::optional<request::UserInfo>>> user =
      may_wait ? authenticator_->authenticate(request) : authenticator_->from_memory(request);
  if (!user) return std::nullopt;
  if (!*user) {
    metrics_.authenticated(Outcome::kError, clock_.now() - begin);
    logger_.error("Unable to authenticate the request", {{"err", user->error().message}});
    return Result<void>(Error{Reason::kUnauthorized, "Unauthorized"});
  }
  visit.identified = true;
  visit.anonymous = !(*user)->has_value();
  metrics_.authenticated(visit.anonymous ? Outcome::kFailure : Outcome::kSuccess,
                         clock_.now() - begin);
  if (!visit.anonymous) metrics_.used((**user)->name);
  context.user = visit.anonymous ? auth::anonymous_user() : std::move(***user);
  authenticator_->remove_credentials(request.headers);
  auth::remove_identity_headers(request.headers);
  return Result<void>();
}

std::optional<Result<void>> Gatekeeper::impersonate(Visit& visit, http::Request& request,
                                                    request::Context& context,
                                                    util::TimePoint deadline, bool may_wait) const {
  if (!visit.impersonation_read) {
    Result<std::optional<auth::Impersonation>> wanted = auth::read_impersonation(request.headers);
    if (!wanted) return Result<void>(wanted.error());
    visit.impersonation = std::move(*wanted);
    visit.impersonation_read = true;
    auth::remove_impersonation(request.headers);
  }
  if (!visit.impersonation) return Result<void>();
  const std::vector<request::RequestInfo>& checks = visit.impersonation->checks;
  for (; visit.checked < checks.size(); ++visit.checked) {
    const auth::Attributes attributes{context.user, checks[visit.checked], deadline};
    const std::optional<auth::Decision> decision = decide(attributes, may_wait);
    if (!decision) return std::nullopt;
    if (decision->verdict == auth::Verdict::kAllow) continue;
    if (logger_.enabled(2)) {
      logger_.info("Forbidden", {{"user", context.user.name}, {"err", decision->error}});
    }
    return Result<void>(auth::forbidden(attributes, decision->reason));
  }
  context.user = std::move(visit.impersonation->user);
  visit.impersonation.reset();
  return Result<void>();
}

}  // namespace annex::detail
