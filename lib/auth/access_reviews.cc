#include <utility>

#include "annex/auth/reviews.h"
#include "auth/access_review_spec.h"
#include "auth/expiring_cache.h"
#include "auth/review_call.h"

namespace annex::auth {
namespace {

constexpr const char* kPath = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

bool is_true(const json::Value& status, std::string_view member) {
  const json::Value* value = status.find(member);
  return value != nullptr && value->is_bool() && value->as_bool();
}

Decision read_status(const json::Value& status) {
  const bool denied = is_true(status, "denied");
  const bool allowed = is_true(status, "allowed");
  if (denied && allowed) {
    return {
        Verdict::kDeny, {}, "webhook subject access review returned both allow and deny response"};
  }
  const std::string& reason = status.at_string({"reason"});
  if (denied) return {Verdict::kDeny, reason, {}};
  if (allowed) return {Verdict::kAllow, reason, {}};
  // Upstream says who had this reason for having no opinion.
  return {Verdict::kNoOpinion, reason.empty() ? "" : "kubernetes.io/webhook: " + reason, {}};
}

class AccessReviews final : public Authorizer {
 public:
  AccessReviews(Reviewer reviewer, AccessReviewOptions options)
      : reviewer_(std::move(reviewer)),
        options_(options),
        known_(options.capacity, reviewer_.clock) {}

  std::optional<Decision> from_memory(const Attributes& attributes) override {
    if (!is_worth_remembering(attributes.info)) return std::nullopt;
    return known_.find(decision_key(attributes));
  }

  Decision authorize(const Attributes& attributes) override {
    const bool remembered = is_worth_remembering(attributes.info);
    const std::string key = remembered ? decision_key(attributes) : "";
    if (remembered) {
      if (std::optional<Decision> known = known_.find(key)) return std::move(*known);
    }
    const Result<json::Value> answer = post_review(
        reviewer_, kPath,
        R"({"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":)" +
            access_review_spec(attributes) + "}",
        attributes.deadline, options_.call_limit);
    if (!answer) {
      reviewer_.logger.error("Failed to make webhook authorizer request",
                             {{"err", answer.error().message}});
      return {Verdict::kNoOpinion, {}, answer.error().message};
    }
    Decision decision = read_status(*answer->find("status"));
    if (remembered) {
      known_.keep(key, decision,
                  decision.verdict == Verdict::kAllow ? options_.allowed_ttl : options_.denied_ttl);
    }
    return decision;
  }

 private:
  const Reviewer reviewer_;
  const AccessReviewOptions options_;
  ExpiringCache<Decision> known_;
};

}  // namespace

AuthorizerPtr make_access_reviews(Reviewer reviewer, AccessReviewOptions options) {
  return std::make_shared<AccessReviews>(std::move(reviewer), options);
}

}  // namespace annex::auth
