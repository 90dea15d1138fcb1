#include "auth/identity_headers.h"

#include <algorithm>

#include "annex/auth/authenticator.h"
#include "annex/http/uri.h"

namespace annex::auth {

bool has_prefix(std::string_view name, std::string_view prefix) {
  return http::iequals(name.substr(0, prefix.size()), prefix);
}

std::optional<std::string> extra_key(std::string_view name, std::string_view prefix) {
  if (!has_prefix(name, prefix)) return std::nullopt;
  std::string key(name.substr(prefix.size()));
  std::transform(key.begin(), key.end(), key.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (std::optional<std::string> decoded = http::percent_decode(key)) return decoded;
  return key;
}

void add_extra(request::UserInfo& user, const std::string& key, std::string value) {
  const auto found = std::find_if(user.extra.begin(), user.extra.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  if (found != user.extra.end()) {
    found->second.push_back(std::move(value));
  } else {
    user.extra.push_back({key, {std::move(value)}});
  }
}

void remove_prefixed(http::Headers& headers, std::string_view prefix) {
  headers.remove_if([&](std::string_view name) { return has_prefix(name, prefix); });
}

void remove_identity_headers(http::Headers& headers) {
  headers.remove_if([](std::string_view name) {
    return http::iequals(name, "Authorization") || http::iequals(name, "X-Remote-User") ||
           http::iequals(name, "X-Remote-Uid") || http::iequals(name, "X-Remote-Group") ||
           has_prefix(name, "X-Remote-Extra-");
  });
}

}  // namespace annex::auth
