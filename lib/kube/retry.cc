#include <algorithm>
#include <charconv>
#include <optional>

#include "annex/json/read.h"
#include "annex/kube/client.h"

namespace annex::kube {
namespace {

constexpr std::int64_t kLongestAdvice = 3600;

/// What the server says about when to come again: its header, or its Status.
std::optional<util::Duration> advised_wait(const Answer& answer) {
  std::int64_t seconds = 0;
  if (const auto header = answer.headers.first("Retry-After")) {
    const char* const end = header->data() + header->size();
    const auto [stop, fault] = std::from_chars(header->data(), end, seconds);
    if (fault != std::errc() || stop != end) seconds = 0;
  }
  if (seconds <= 0) {
    const auto status = json::parse(answer.body);
    const json::Value* const details = status ? status->find("details") : nullptr;
    const json::Value* const advice = details ? details->find("retryAfterSeconds") : nullptr;
    if (advice && advice->is_int64()) seconds = advice->as_int64();
  }
  if (seconds <= 0) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, kLongestAdvice));
}

/// How long to wait at least before another attempt; nothing if there should be none.
std::optional<util::Duration> retry_after(const Result<Answer>& result) {
  if (!result) {
    if (result.error().details.retry_after_seconds == 0) return std::nullopt;
    return util::Duration::zero();
  }
  if (result->status < 400) return std::nullopt;
  const std::optional<util::Duration> advice = advised_wait(*result);
  const bool passing = result->status == 500 || result->status == 504 || result->status == 429;
  if (!advice && !passing) return std::nullopt;
  return advice.value_or(util::Duration::zero());
}

}  // namespace

Result<Answer> call_with_retry(Client& client, const Call& call, util::TimePoint deadline,
                               const RetryPolicy& policy, util::Clock& clock, util::Random& random,
                               const Sleep& sleep) {
  auto wait = std::chrono::duration<double, std::nano>(policy.first_wait);
  for (int attempt = 1;; ++attempt) {
    Result<Answer> result = client.call(call, deadline);
    const std::optional<util::Duration> least = retry_after(result);
    if (!least || attempt >= policy.attempts) return result;

    constexpr std::uint64_t kSteps = 1 << 20;
    const double part = static_cast<double>(random.below(kSteps)) / static_cast<double>(kSteps);
    const auto jittered =
        std::chrono::duration_cast<util::Duration>(wait * (1 + policy.jitter * part));
    const util::TimePoint next = clock.now() + std::max(jittered, *least);
    // Where the time does not suffice for another attempt, this answer says more than a Timeout.
    if (next >= deadline || !sleep(next)) return result;
    wait *= policy.factor;
  }
}

}  // namespace annex::kube
