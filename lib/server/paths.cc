#include "server/paths.h"

#include <algorithm>
#include <array>

#include "annex/json/write.h"

namespace annex::detail {
namespace {

/// Served by the server itself, with all below them.
constexpr std::array<std::string_view, 8> kTaken = {"api",     "apis",    "healthz", "livez",
                                                    "metrics", "openapi", "readyz",  "version"};

std::string what_is_wrong(std::string_view path) {
  if (path.substr(0, 1) != "/") return "it does not begin with a slash";
  path.remove_prefix(1);
  if (path.empty()) return "it is the list of all paths";
  const std::string_view first = path.substr(0, path.find('/'));
  if (std::find(kTaken.begin(), kTaken.end(), first) != kTaken.end()) {
    return "the server serves /" + std::string(first) + " itself";
  }
  return {};
}

}  // namespace

Result<Paths> Paths::make(const std::vector<std::pair<std::string, PathHandler>>& handlers) {
  Paths paths;
  for (const auto& [path, handler] : handlers) {
    std::string problem = what_is_wrong(path);
    if (problem.empty() && !handler) problem = "it has no handler";
    if (problem.empty() && paths.handlers_.count(path) != 0) problem = "it is there twice";
    if (!problem.empty()) {
      return Error::bad_request("the path " + json::quoted(path) + ": " + problem);
    }
    paths.add_own(path, handler);
  }
  return paths;
}

void Paths::add_own(const std::string& path, PathHandler handler) {
  if (path.ends_with('/')) longest_above_ = std::max(longest_above_, path.size());
  handlers_.insert_or_assign(path, std::move(handler));
}

const PathHandler* Paths::find(std::string_view path) const {
  if (const auto exact = handlers_.find(path); exact != handlers_.end()) return &exact->second;
  path = path.substr(0, longest_above_);
  while (!path.empty()) {
    path = path.substr(0, path.rfind('/', path.size() - 1) + 1);
    if (const auto above = handlers_.find(path); above != handlers_.end()) return &above->second;
    if (!path.empty()) path.remove_suffix(1);
  }
  return nullptr;
}

std::vector<std::string> Paths::names() const {
  std::vector<std::string> names;
  for (const auto& [path, handler] : handlers_) names.push_back(path);
  return names;
}

}  // namespace annex::detail
