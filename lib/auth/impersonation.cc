#include "annex/auth/impersonation.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "annex/meta/names.h"
#include "auth/identity_headers.h"

namespace annex::auth {
namespace {

constexpr std::string_view kUser = "Impersonate-User";
constexpr std::string_view kGroup = "Impersonate-Group";
constexpr std::string_view kUid = "Impersonate-Uid";
constexpr std::string_view kExtra = "Impersonate-Extra-";
constexpr std::string_view kServiceAccount = "system:serviceaccount:";
constexpr std::string_view kReviews = "authentication.k8s.io";

request::RequestInfo check(std::string_view group, std::string_view resource,
                           std::string_view name) {
  request::RequestInfo info;
  info.is_resource = true;
  info.verb = "impersonate";
  info.group = group;
  info.version = group.empty() ? "" : "v1";
  info.resource = resource;
  info.name = name;
  return info;
}

/// Namespace and name of a service account's user name.
std::optional<std::pair<std::string, std::string>> split_service_account(std::string_view user) {
  if (user.substr(0, kServiceAccount.size()) != kServiceAccount) return std::nullopt;
  user.remove_prefix(kServiceAccount.size());
  const std::size_t colon = user.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string name_space(user.substr(0, colon));
  const std::string name(user.substr(colon + 1));
  if (!meta::check_dns_label(name_space).empty() || !meta::check_dns_subdomain(name).empty()) {
    return std::nullopt;
  }
  return std::pair(name_space, name);
}

bool has(const std::vector<std::string>& groups, std::string_view group) {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

void complete_groups(request::UserInfo& user) {
  if (user.name == "system:anonymous") {
    if (!has(user.groups, "system:unauthenticated")) {
      user.groups.emplace_back("system:unauthenticated");
    }
  } else if (!has(user.groups, "system:authenticated") &&
             !has(user.groups, "system:unauthenticated")) {
    user.groups.emplace_back("system:authenticated");
  }
}

void take_user(Impersonation& wanted, bool groups_given) {
  const auto account = split_service_account(wanted.user.name);
  if (!account) {
    wanted.checks.push_back(check("", "users", wanted.user.name));
    return;
  }
  request::RequestInfo info = check("", "serviceaccounts", account->second);
  info.name_space = account->first;
  wanted.checks.push_back(std::move(info));
  if (!groups_given) {
    wanted.user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + account->first};
  }
}

}  // namespace

Result<std::optional<Impersonation>> read_impersonation(const http::Headers& headers) {
  Impersonation wanted;
  wanted.user.name = headers.first(kUser).value_or("");
  const std::vector<std::string_view> groups = headers.all(kGroup);
  if (!wanted.user.name.empty()) take_user(wanted, !groups.empty());
  for (const std::string_view group : groups) {
    wanted.checks.push_back(check("", "groups", group));
    wanted.user.groups.emplace_back(group);
  }
  for (const http::Headers::Field& field : headers) {
    const std::optional<std::string> key = extra_key(field.first, kExtra);
    if (!key) continue;
    request::RequestInfo info = check(kReviews, "userextras", field.second);
    info.subresource = *key;
    wanted.checks.push_back(std::move(info));
    add_extra(wanted.user, *key, field.second);
  }
  wanted.user.uid = headers.first(kUid).value_or("");
  if (!wanted.user.uid.empty()) wanted.checks.push_back(check(kReviews, "uids", wanted.user.uid));

  if (wanted.checks.empty()) return std::optional<Impersonation>();
  if (wanted.user.name.empty()) {
    std::string all;
    for (const request::RequestInfo& each : wanted.checks) {
      all += (all.empty() ? "" : " ") + each.resource + ":" + each.name;
    }
    return Error::bad_request("requested [" + all + "] without impersonating a user name");
  }
  complete_groups(wanted.user);
  return std::optional(std::move(wanted));
}

void remove_impersonation(http::Headers& headers) {
  headers.remove_if([](std::string_view name) {
    return http::iequals(name, kUser) || http::iequals(name, kGroup) || http::iequals(name, kUid) ||
           has_prefix(name, kExtra);
  });
}

}  // namespace annex::auth
