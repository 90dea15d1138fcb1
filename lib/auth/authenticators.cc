#include <algorithm>
#include <cctype>

#include "annex/auth/authenticator.h"

namespace annex::auth {
namespace {

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

  Result<std::optional<request::UserInfo>> authenticate(const http::Request& request) override {
    std::string errors;
    for (const AuthenticatorPtr& member : members_) {
      Result<std::optional<request::UserInfo>> answer = member->authenticate(request);
      if (!answer) {
        if (!errors.empty()) errors += ", ";
        errors += answer.error().message;
      } else if (*answer) {
        request::UserInfo user = std::move(**answer);
        if (user.name != kAnonymous && !in_group(user, kAuthenticated) &&
            !in_group(user, kUnauthenticated)) {
          user.groups.emplace_back(kAuthenticated);
        }
        return std::optional(std::move(user));
      }
    }
    if (!errors.empty()) return Error{Reason::kUnauthorized, errors};
    return std::optional<request::UserInfo>();
  }

  bool may_block() const override {
    return std::any_of(members_.begin(), members_.end(),
                       [](const AuthenticatorPtr& member) { return member->may_block(); });
  }

 private:
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

std::optional<std::string_view> bearer_token(const http::Request& request) {
  const std::optional<std::string_view> header = request.headers.first("Authorization");
  if (!header) return std::nullopt;
  std::string_view text = *header;
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || !http::iequals(text.substr(0, space), "bearer")) {
    return std::nullopt;
  }
  // Upstream splits on single spaces, so two of them leave an empty token.
  const std::string_view token = text.substr(space + 1);
  const std::string_view first = token.substr(0, token.find(' '));
  if (first.empty()) return std::nullopt;
  return first;
}

}  // namespace annex::auth
