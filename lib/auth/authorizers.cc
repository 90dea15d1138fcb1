#include <algorithm>
#include <string_view>

#include "annex/auth/authenticator.h"
#include "annex/auth/authorizer.h"
#include "annex/json/write.h"

namespace annex::auth {
namespace {

class Union final : public Authorizer {
 public:
  explicit Union(std::vector<AuthorizerPtr> members) : members_(std::move(members)) {}

  Decision authorize(const Attributes& attributes) override {
    return *walk([&](Authorizer& member) { return std::optional(member.authorize(attributes)); });
  }

  std::optional<Decision> from_memory(const Attributes& attributes) override {
    return walk([&](Authorizer& member) { return member.from_memory(attributes); });
  }

  bool may_block() const override {
    return std::any_of(members_.begin(), members_.end(),
                       [](const AuthorizerPtr& member) { return member->may_block(); });
  }

 private:
  /// Nothing once a member has no answer.
  template <typename Ask>
  std::optional<Decision> walk(const Ask& ask) const {
    Decision gathered;
    for (const AuthorizerPtr& member : members_) {
      std::optional<Decision> decision = ask(*member);
      if (!decision || decision->verdict != Verdict::kNoOpinion) return decision;
      append(gathered.reason, "\n", decision->reason);
      append(gathered.error, ", ", decision->error);
    }
    return gathered;
  }

  static void append(std::string& all, std::string_view separator, const std::string& text) {
    if (text.empty()) return;
    if (!all.empty()) all += separator;
    all += text;
  }

  const std::vector<AuthorizerPtr> members_;
};

class PrivilegedGroups final : public Authorizer {
 public:
  explicit PrivilegedGroups(std::vector<std::string> groups) : groups_(std::move(groups)) {}

  Decision authorize(const Attributes& attributes) override {
    for (const std::string& group : groups_) {
      if (in_group(attributes.user, group)) return {Verdict::kAllow, {}, {}};
    }
    return {};
  }
  bool may_block() const override { return false; }

 private:
  const std::vector<std::string> groups_;
};

class AllowedPaths final : public Authorizer {
 public:
  struct Pattern {
    std::string path{};  ///< without the leading slash and the star
    bool prefix = false;
  };
  explicit AllowedPaths(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {}

  Decision authorize(const Attributes& attributes) override {
    if (attributes.info.is_resource) return {};
    std::string_view path = attributes.info.path;
    if (path.substr(0, 1) == "/") path.remove_prefix(1);
    for (const Pattern& pattern : patterns_) {
      const bool matches = pattern.prefix ? path.substr(0, pattern.path.size()) == pattern.path
                                          : path == pattern.path;
      if (matches) return {Verdict::kAllow, {}, {}};
    }
    return {};
  }
  bool may_block() const override { return false; }

 private:
  const std::vector<Pattern> patterns_;
};

/// The marks that upstream escapes in what it says about a refused request.
std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string describe_request(const Attributes& attributes) {
  const request::RequestInfo& info = attributes.info;
  const std::string who_and_verb =
      "User " + json::quoted(attributes.user.name) + " cannot " + info.verb;
  if (!info.is_resource) return who_and_verb + " path " + json::quoted(info.path);
  std::string resource = info.resource;
  if (!info.subresource.empty()) resource += "/" + info.subresource;
  const std::string what = who_and_verb + " resource " + json::quoted(resource) + " in API group " +
                           json::quoted(info.group);
  return info.name_space.empty() ? what + " at the cluster scope"
                                 : what + " in the namespace " + json::quoted(info.name_space);
}

}  // namespace

AuthorizerPtr make_union(std::vector<AuthorizerPtr> members) {
  return std::make_shared<Union>(std::move(members));
}

AuthorizerPtr make_privileged_groups(std::vector<std::string> groups) {
  return std::make_shared<PrivilegedGroups>(std::move(groups));
}

Result<AuthorizerPtr> make_allowed_paths(const std::vector<std::string>& paths) {
  std::vector<AllowedPaths::Pattern> patterns;
  for (const std::string& path : paths) {
    AllowedPaths::Pattern pattern{path, false};
    if (!pattern.path.empty() && pattern.path.front() == '/') pattern.path.erase(0, 1);
    if (!pattern.path.empty() && pattern.path.back() == '*') {
      pattern.prefix = true;
      pattern.path.pop_back();
    }
    if (pattern.path.find('*') != std::string::npos) {
      return Error::bad_request("only trailing * allowed in " + json::quoted(path));
    }
    patterns.push_back(std::move(pattern));
  }
  return AuthorizerPtr(std::make_shared<AllowedPaths>(std::move(patterns)));
}

Error forbidden(const Attributes& attributes, const std::string& reason) {
  std::string what = escape_html(describe_request(attributes));
  if (!reason.empty()) what += ": " + reason;
  const request::RequestInfo& info = attributes.info;
  if (!info.is_resource) return Error::generic(Reason::kForbidden, "forbidden: " + what);

  std::string subject = info.resource;
  if (!info.group.empty()) subject += "." + info.group;
  if (!info.name.empty()) subject += " " + json::quoted(info.name);
  Error error = Error::generic(Reason::kForbidden, subject + " is forbidden: " + what);
  error.details.name = info.name;
  error.details.group = info.group;
  error.details.kind = info.resource;
  return error;
}

}  // namespace annex::auth
