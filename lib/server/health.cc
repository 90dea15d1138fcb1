#include "server/health.h"

#include <algorithm>
#include <array>

#include "annex/json/write.h"

namespace annex::detail {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::array<std::string_view, 3> kEndpoints = {"healthz", "livez", "readyz"};

http::Response plain(int status, std::string text) {
  http::Response response =
      http::Response::text(status, "text/plain; charset=utf-8", std::move(text));
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace

void Health::set_storage_failure(std::string reason) {
  const util::MutexLock lock(mutex_);
  storage_failure_ = std::move(reason);
}

std::string Health::failure(std::string_view check) const {
  if (check == "startup" && !started_) return "not finished";
  if (check == "shutdown" && stopping_) return "process is shutting down";
  if (check == "storage") {
    const util::MutexLock lock(mutex_);
    return storage_failure_;
  }
  for (const HealthCheck& each : more_) {
    if (each.name == check) return each.failure();
  }
  return {};
}

Names Health::checks_of(std::string_view endpoint) const {
  if (std::find(kEndpoints.begin(), kEndpoints.end(), endpoint) == kEndpoints.end()) return {};
  Names checks = {"ping", "log", "storage"};
  const bool all = endpoint == "readyz";
  for (const HealthCheck& each : more_) {
    if (all || each.liveness) checks.push_back(each.name);
  }
  if (all) checks.insert(checks.end(), {"startup", "shutdown"});
  return checks;
}

std::optional<http::Response> Health::answer(const http::Request& request) const {
  std::string_view path = request.target.path;
  if (path.substr(0, 1) != "/") return std::nullopt;
  path.remove_prefix(1);
  const std::string_view name = path.substr(0, path.find('/'));
  const Names checks = checks_of(name);
  if (checks.empty()) return std::nullopt;

  const std::string_view rest = path.substr(std::min(name.size() + 1, path.size()));
  if (!rest.empty()) {
    if (std::find(checks.begin(), checks.end(), rest) == checks.end()) return std::nullopt;
    const std::string reason = failure(rest);
    // As upstream, which leaves the header out here alone.
    return reason.empty() ? http::Response::text(200, "text/plain; charset=utf-8", "ok")
                          : plain(500, "internal server error: " + reason + "\n");
  }

  Names excluded = request.target.query.all("exclude");
  std::string report;
  bool failed = false;
  for (const std::string_view check : checks) {
    const auto exclusion = std::find(excluded.begin(), excluded.end(), check);
    if (exclusion != excluded.end()) {
      excluded.erase(exclusion);
      report += "[+]" + std::string(check) + " excluded: ok\n";
      continue;
    }
    const std::string reason = failure(check);
    if (reason.empty()) {
      report += "[+]" + std::string(check) + " ok\n";
      continue;
    }
    failed = true;
    report += "[-]" + std::string(check) + " failed: reason withheld\n";
    if (logger_.enabled(2)) {
      logger_.info("Health check failed",
                   {{"endpoint", name}, {"check", check}, {"reason", reason}});
    }
  }
  if (!excluded.empty()) {
    report += "warn: some health checks cannot be excluded: no matches for ";
    for (std::size_t i = 0; i < excluded.size(); ++i) {
      report += (i == 0 ? "" : ",") + json::quoted(excluded[i]);
    }
    report += '\n';
  }
  report += std::string(name) + " check ";
  if (failed) return plain(500, report + "failed\n");
  return plain(200, request.target.query.contains("verbose") ? report + "passed\n" : "ok");
}

std::vector<std::string> Health::paths() const {
  std::vector<std::string> all;
  for (const std::string_view endpoint : kEndpoints) {
    const std::string path = "/" + std::string(endpoint);
    all.push_back(path);
    for (const std::string_view check : checks_of(endpoint)) {
      all.push_back(path + "/" + std::string(check));
    }
  }
  return all;
}

}  // namespace annex::detail
