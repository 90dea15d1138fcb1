#include "kube/server_url.h"

#include <charconv>

namespace annex::kube {

std::optional<std::uint16_t> parse_port(const std::string& text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, port);
  if (fault != std::errc() || stop != end || port == 0) return std::nullopt;
  return port;
}

Result<void> apply_server_url(const std::string& url, ClusterConfig& config) {
  const auto refuse = [&] { return Error::bad_request("\"" + url + "\" is no server's address"); };
  std::string rest = url;
  if (const std::size_t mark = url.find("://"); mark != std::string::npos) {
    const std::string scheme = url.substr(0, mark);
    if (scheme != "https" && scheme != "http") return refuse();
    config.tls = scheme == "https";
    rest = url.substr(mark + 3);
  }
  config.port = config.tls ? 443 : 80;
  if (rest.find_first_of("?#@") != std::string::npos) return refuse();
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  config.path_prefix = rest.substr(slash);
  while (!config.path_prefix.empty() && config.path_prefix.back() == '/') {
    config.path_prefix.pop_back();
  }
  rest.resize(slash);

  std::size_t host_end = 0;
  if (!rest.empty() && rest.front() == '[') {
    host_end = rest.find(']');
    if (host_end == std::string::npos) return refuse();
    config.host = rest.substr(1, host_end - 1);
    ++host_end;
  } else {
    host_end = std::min(rest.find(':'), rest.size());
    config.host = rest.substr(0, host_end);
  }
  if (config.host.empty()) return refuse();
  if (host_end == rest.size()) return {};
  const std::optional<std::uint16_t> port = parse_port(rest.substr(host_end + 1));
  if (rest[host_end] != ':' || !port) return refuse();
  config.port = *port;
  return {};
}

}  // namespace annex::kube
