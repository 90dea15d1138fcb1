#include "annex/request/request_info.h"

#include <algorithm>
#include <cctype>

#include "annex/meta/field_selector.h"
#include "annex/meta/names.h"

namespace annex::request {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  std::vector<std::string_view> parts;
  if (path.empty()) return parts;
  parts.reserve(8);  // what the longest common path has
  for (;;) {
    const std::size_t slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string verb_of(const std::string& method) {
  if (method == "POST") return "create";
  if (method == "GET" || method == "HEAD") return "get";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return {};
}

/// Lets RBAC's resourceNames work for a list or watch of a single name.
void take_name_from_selector(RequestInfo& info) {
  if (!info.name.empty() || (info.verb != "list" && info.verb != "watch")) return;
  const Result<meta::FieldSelector> selector = meta::FieldSelector::parse(info.field_selector);
  if (!selector) return;
  const auto name = selector->required("metadata.name");
  if (name && !name->empty() && meta::check_path_segment(*name).empty()) info.name = *name;
}

}  // namespace

bool query_flag(const http::Query& query, std::string_view name) {
  const auto value = query.first(name);
  if (!value) return false;
  return *value != "0" && lower(*value) != "false";
}

Result<RequestInfo> resolve(const http::Request& request) {
  RequestInfo info;
  info.path = request.target.path;
  const std::vector<std::string_view> parts = split_path(info.path);
  const bool grouped = !parts.empty() && parts[0] == "apis";
  const bool core = !parts.empty() && parts[0] == "api";
  if ((!grouped && !core) || parts.size() < (grouped ? 4U : 3U)) {
    info.verb = lower(request.method);
    return info;
  }
  info.is_resource = true;
  std::size_t at = 1;
  if (grouped) info.group = parts[at++];
  info.version = parts[at++];
  info.verb = verb_of(request.method);
  if (parts[at] == "watch" || parts[at] == "proxy") {
    info.verb = parts[at++];
    info.verb_in_path = true;
    if (at == parts.size()) {
      Error error;
      error.message =
          "failed to create RequestInfo: unable to determine kind and namespace from url, " +
          info.path;
      return error;
    }
  }
  if (parts[at] == "namespaces" && at + 1 < parts.size()) {
    info.name_space = parts[at + 1];
    if (at + 2 < parts.size() && parts[at + 2] != "status" && parts[at + 2] != "finalize") at += 2;
  }
  info.parts.assign(parts.begin() + static_cast<std::ptrdiff_t>(at), parts.end());
  info.resource = info.parts[0];
  if (info.parts.size() > 1) info.name = info.parts[1];
  if (info.parts.size() > 2 && info.verb != "proxy") info.subresource = info.parts[2];

  const http::Query& query = request.target.query;
  if (info.name.empty() && info.verb == "get") {
    info.verb = query_flag(query, "watch") ? "watch" : "list";
  }
  if (info.name.empty() && info.verb == "delete") info.verb = "deletecollection";
  if (info.verb == "list" || info.verb == "deletecollection" ||
      (info.verb == "watch" && !info.verb_in_path)) {
    info.label_selector = query.first("labelSelector").value_or("");
    info.field_selector = query.first("fieldSelector").value_or("");
    take_name_from_selector(info);
  }
  return info;
}

}  // namespace annex::request
