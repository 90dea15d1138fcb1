#include "server/health.h"

#include <algorithm>
#include <array>

#include "annex/json/write.h"

namespace annex::detail {
namespace {

using Names = std::vector<std::string_view>;

struct Endpoint {
  std::string_view name;
  Names checks;
};

const std::array<Endpoint, 3>& endpoints() {
  static const std::array<Endpoint, 3> all = {
      Endpoint{"healthz", {"ping", "log", "storage"}},
      Endpoint{"livez", {"ping", "log", "storage"}},
      Endpoint{"readyz", {"ping", "log", "storage", "startup", "shutdown"}}};
  return all;
}

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
  return {};
}

std::optional<http::Response> Health::answer(const http::Request& request) const {
  std::string_view path = request.target.path;
  if (path.substr(0, 1) != "/") return std::nullopt;
  path.remove_prefix(1);
  const std::string_view name = path.substr(0, path.find('/'));
  const auto endpoint = std::find_if(endpoints().begin(), endpoints().end(),
                                     [&](const Endpoint& each) { return each.name == name; });
  if (endpoint == endpoints().end()) return std::nullopt;

  const std::string_view rest = path.substr(std::min(name.size() + 1, path.size()));
  if (!rest.empty()) {
    if (std::find(endpoint->checks.begin(), endpoint->checks.end(), rest) ==
        endpoint->checks.end()) {
      return std::nullopt;
    }
    const std::string reason = failure(rest);
    return reason.empty() ? plain(200, "ok")
                          : plain(500, "internal server error: " + reason + "\n");
  }

  Names excluded = request.target.query.all("exclude");
  std::string report;
  bool failed = false;
  for (const std::string_view check : endpoint->checks) {
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

std::vector<std::string> Health::paths() {
  std::vector<std::string> all;
  for (const Endpoint& endpoint : endpoints()) {
    const std::string path = "/" + std::string(endpoint.name);
    all.push_back(path);
    for (const std::string_view check : endpoint.checks)
      all.push_back(path + "/" + std::string(check));
  }
  return all;
}

}  // namespace annex::detail
