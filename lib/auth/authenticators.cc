#include <algorithm>

#include "annex/auth/authenticator.h"

namespace annex::auth {
namespace {

using Answer = std::optional<request::UserInfo>;

constexpr std::string_view kAuthenticated = "system:authenticated";
constexpr std::string_view kUnauthenticated = "system:unauthenticated";
constexpr std::string_view kAnonymous = "system:anonymous";

/// Takes as long for any two texts of the same size.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

class Union final : public Authenticator {
 public:
  explicit Union(std::vector<AuthenticatorPtr> members) : members_(std::move(members)) {}

  Result<Answer> authenticate(const http::Request& request) override {
    return *walk([&](Authenticator& member) {
      return std::optional<Result<Answer>>(member.authenticate(request));
    });
  }

  std::optional<Result<Answer>> from_memory(const http::Request& request) override {
    return walk([&](Authenticator& member) { return member.from_memory(request); });
  }

  bool may_block() const override {
    return std::any_of(members_.begin(), members_.end(),
                       [](const AuthenticatorPtr& member) { return member->may_block(); });
  }

  void remove_credentials(http::Headers& headers) const override {
    for (const AuthenticatorPtr& member : members_) member->remove_credentials(headers);
  }

 private:
  /// Nothing once a member has no answer.
  template <typename Ask>
  std::optional<Result<Answer>> walk(const Ask& ask) const {
    std::string errors;
    for (const AuthenticatorPtr& member : members_) {
      std::optional<Result<Answer>> answer = ask(*member);
      if (!answer) return std::nullopt;
      if (!*answer) {
        if (!errors.empty()) errors += ", ";
        errors += answer->error().message;
      } else if (**answer) {
        request::UserInfo user = std::move(***answer);
        if (user.name != kAnonymous && !in_group(user, kAuthenticated) &&
            !in_group(user, kUnauthenticated)) {
          user.groups.emplace_back(kAuthenticated);
        }
        return Result<Answer>(Answer(std::move(user)));
      }
    }
    if (!errors.empty()) return Result<Answer>(Error{Reason::kUnauthorized, errors});
    return Result<Answer>(Answer());
  }

  const std::vector<AuthenticatorPtr> members_;
};

class StaticTokens final : public Authenticator {
 public:
  explicit StaticTokens(std::vector<std::pair<std::string, request::UserInfo>> tokens)
      : tokens_(std::move(tokens)) {}

  Result<std::optional<request::UserInfo>> authenticate(const http::Request& request) override {
    const std::optional<std::string_view> token = bearer_token(request);
    if (!token) return std::optional<request::UserInfo>();
    const request::UserInfo* found = nullptr;
    for (const auto& known : tokens_) {
      if (equal_in_constant_time(known.first, *token)) found = &known.second;
    }
    if (found == nullptr) return Error{Reason::kUnauthorized, "invalid bearer token"};
    return std::optional(*found);
  }

  bool may_block() const override { return false; }

 private:
  const std::vector<std::pair<std::string, request::UserInfo>> tokens_;
};

}  // namespace

AuthenticatorPtr make_union(std::vector<AuthenticatorPtr> members) {
  return std::make_shared<Union>(std::move(members));
}

AuthenticatorPtr make_static_tokens(std::vector<std::pair<std::string, request::UserInfo>> tokens) {
  return std::make_shared<StaticTokens>(std::move(tokens));
}

request::UserInfo anonymous_user() {
  request::UserInfo user;
  user.name = kAnonymous;
  user.groups = {std::string(kUnauthenticated)};
  return user;
}

bool in_group(const request::UserInfo& user, std::string_view group) {
  return std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end();
}

}  // namespace annex::auth
