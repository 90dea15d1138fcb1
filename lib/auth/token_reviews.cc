#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "annex/auth/reviews.h"
#include "annex/json/write.h"
#include "annex/tls/digest.h"
#include "auth/bearer_token.h"
#include "auth/expiring_cache.h"
#include "auth/review_call.h"

namespace annex::auth {
namespace {

using Answer = std::optional<request::UserInfo>;

constexpr const char* kPath = "/apis/authentication.k8s.io/v1/tokenreviews";

Error bad(std::string cause) { return Error{Reason::kUnauthorized, std::move(cause)}; }

std::string random_key(util::Random& random) {
  std::string key;
  for (int word = 0; word < 4; ++word) {
    std::uint64_t bits = random.next();
    for (int byte = 0; byte < 8; ++byte, bits >>= 8U) key += static_cast<char>(bits & 0xffU);
  }
  return key;
}

bool is_true(const json::Value& status, std::string_view member) {
  const json::Value* value = status.find(member);
  return value != nullptr && value->is_bool() && value->as_bool();
}

request::UserInfo read_user(const json::Value& status) {
  request::UserInfo user;
  user.name = status.at_string({"user", "username"});
  user.uid = status.at_string({"user", "uid"});
  const json::Value* told = status.find("user");
  if (told == nullptr) return user;
  user.groups = strings_of(told->find("groups"));
  const json::Value* extra = told->find("extra");
  if (extra == nullptr || !extra->is_object()) return user;
  for (const json::Member& member : extra->as_object()) {
    user.extra.emplace_back(member.name, strings_of(&member.value));
  }
  return user;
}

class TokenReviews final : public Authenticator {
 public:
  TokenReviews(Reviewer reviewer, TokenReviewOptions options)
      : reviewer_(std::move(reviewer)),
        options_(std::move(options)),
        hmac_(random_key(reviewer_.random)),
        known_(options_.capacity, reviewer_.clock) {}

  Result<Answer> authenticate(const http::Request& request) override {
    return *walk(request, [&](std::string_view token) {
      return std::optional<Result<Answer>>(look_up(token));
    });
  }

  std::optional<Result<Answer>> from_memory(const http::Request& request) override {
    return walk(request, [&](std::string_view token) -> std::optional<Result<Answer>> {
      if (std::optional<Answer> known = known_.find(hmac_.digest(token))) {
        return Result<Answer>(std::move(*known));
      }
      return std::nullopt;
    });
  }

  void remove_credentials(http::Headers& headers) const override {
    remove_websocket_token(headers);
  }

 private:
  /// One review that all callers with the same token wait for.
  struct Flight {
    util::Mutex mutex{};
    util::CondVar landed{};
    std::optional<Result<Answer>> answer ANNEX_GUARDED_BY(mutex){};
  };
  using FlightPtr = std::shared_ptr<Flight>;

  /// Asks for the header's token, then for the sub-protocol's; nothing once there is no answer.
  template <typename Ask>
  std::optional<Result<Answer>> walk(const http::Request& request, const Ask& ask) {
    std::string errors;
    const auto add_error = [&](const std::string& error) {
      errors += (errors.empty() ? "" : ", ") + error;
    };
    std::array<std::optional<std::string_view>, 2> tokens{bearer_token(request)};
    const Result<std::optional<std::string>> protocol_token = websocket_token(request);
    if (protocol_token && *protocol_token) tokens.back() = **protocol_token;
    for (const std::optional<std::string_view>& token : tokens) {
      if (!token) continue;
      std::optional<Result<Answer>> answer = ask(*token);
      if (!answer || (*answer && **answer)) return answer;
      add_error(*answer ? std::string("invalid bearer token") : answer->error().message);
    }
    if (!protocol_token) add_error(protocol_token.error().message);
    if (!errors.empty()) return Result<Answer>(bad(errors));
    return Result<Answer>(Answer());
  }

  /// Blocks. The caller that begins a review sees it through, whatever becomes of its request.
  Result<Answer> look_up(std::string_view token) {
    const std::string key = hmac_.digest(token);
    if (std::optional<Answer> known = known_.find(key)) return std::move(*known);
    bool is_first = false;
    const FlightPtr flight = join(key, is_first);
    if (!is_first) return wait_for(*flight);

    Result<Answer> answer = review(token);
    if (answer) known_.keep(key, *answer, *answer ? options_.success_ttl : options_.failure_ttl);
    {
      const util::MutexLock lock(flights_mutex_);
      flights_.erase(key);
    }
    const util::MutexLock lock(flight->mutex);
    flight->answer = answer;
    flight->landed.notify_all();
    return answer;
  }

  FlightPtr join(const std::string& key, bool& is_first) {
    const util::MutexLock lock(flights_mutex_);
    FlightPtr& flight = flights_[key];
    is_first = flight == nullptr;
    if (is_first) flight = std::make_shared<Flight>();
    return flight;
  }

  static Result<Answer> wait_for(Flight& flight) {
    const util::MutexLock lock(flight.mutex);
    while (!flight.answer) flight.landed.wait(flight.mutex);
    return *flight.answer;
  }

  Result<Answer> review(std::string_view token) {
    json::Object spec{json::Member{"token", token}};
    if (!options_.audiences.empty()) {
      json::Array audiences(options_.audiences.begin(), options_.audiences.end());
      spec.append("audiences", std::move(audiences));
    }
    const json::Value question(json::Object{json::Member{"kind", "TokenReview"},
                                            json::Member{"apiVersion", "authentication.k8s.io/v1"},
                                            json::Member{"spec", std::move(spec)}});
    const Result<json::Value> answer =
        post_review(reviewer_, kPath, json::write(question), reviewer_.clock.now() + options_.limit,
                    options_.limit);
    if (!answer) {
      reviewer_.logger.error("Failed to make webhook authenticator request",
                             {{"err", answer.error().message}});
      return bad(answer.error().message);
    }
    return read_status(*answer->find("status"));
  }

  Result<Answer> read_status(const json::Value& status) const {
    if (!is_true(status, "authenticated")) {
      const std::string& error = status.at_string({"error"});
      if (!error.empty()) return bad(error);
      return Answer();
    }
    if (!options_.audiences.empty()) {
      const std::vector<std::string> valid_for = strings_of(status.find("audiences"));
      const bool is_ours =
          std::any_of(valid_for.begin(), valid_for.end(), [&](const std::string& audience) {
            return std::find(options_.audiences.begin(), options_.audiences.end(), audience) !=
                   options_.audiences.end();
          });
      if (!valid_for.empty() && !is_ours) return Answer();
    }
    return Answer(read_user(status));
  }

  const Reviewer reviewer_;
  const TokenReviewOptions options_;
  const tls::HmacSha256 hmac_;
  /// By the token's digest: all else that is asked is always the same.
  StripedCache<Answer> known_;
  util::Mutex flights_mutex_;
  std::map<std::string, FlightPtr> flights_ ANNEX_GUARDED_BY(flights_mutex_);
};

}  // namespace

AuthenticatorPtr make_token_reviews(Reviewer reviewer, TokenReviewOptions options) {
  return std::make_shared<TokenReviews>(std::move(reviewer), std::move(options));
}

}  // namespace annex::auth
