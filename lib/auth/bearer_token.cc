#include "auth/bearer_token.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "annex/auth/authenticator.h"
#include "annex/json/read.h"

namespace annex::auth {
namespace {

constexpr std::string_view kProtocols = "Sec-WebSocket-Protocol";
constexpr std::string_view kTokenProtocol = "base64url.bearer.authorization.k8s.io.";

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::vector<std::string_view> protocols_of(const http::Headers& headers) {
  std::vector<std::string_view> protocols;
  for (std::string_view line : headers.all(kProtocols)) {
    while (true) {
      const std::size_t comma = line.find(',');
      protocols.push_back(trim(line.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      line.remove_prefix(comma + 1);
    }
  }
  return protocols;
}

bool is_token(std::string_view protocol) {
  return protocol.substr(0, kTokenProtocol.size()) == kTokenProtocol;
}

bool is_websocket(const http::Headers& headers) {
  bool wants_upgrade = false;
  for (std::string_view line : headers.all("Connection")) {
    while (!line.empty()) {
      const std::size_t comma = line.find(',');
      wants_upgrade = wants_upgrade || http::iequals(trim(line.substr(0, comma)), "upgrade");
      line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
    }
  }
  return wants_upgrade && http::iequals(headers.first("Upgrade").value_or(""), "websocket");
}

/// The unpadded base64 of URLs; nothing for anything else.
std::optional<std::string> decode_base64url(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U | static_cast<std::uint32_t>(digit)) & 0xffffU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
    }
  }
  if (count == 6) return std::nullopt;
  return bytes;
}

bool is_utf8(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const bool is_plain = static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    quoted += is_plain ? c : ' ';
  }
  return json::read(quoted + '"').has_value();
}

Error bad(const char* cause) { return Error{Reason::kUnauthorized, cause}; }

}  // namespace

std::optional<std::string_view> bearer_token(const http::Request& request) {
  const std::optional<std::string_view> header = request.headers.first("Authorization");
  if (!header) return std::nullopt;
  const std::string_view text = trim(*header);
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

Result<std::optional<std::string>> websocket_token(const http::Request& request) {
  if (!is_websocket(request.headers)) return std::optional<std::string>();
  std::optional<std::string> token;
  bool has_others = false;
  for (const std::string_view protocol : protocols_of(request.headers)) {
    if (!is_token(protocol)) {
      has_others = true;
      continue;
    }
    if (token) return bad("multiple base64.bearer.authorization tokens specified");
    token = decode_base64url(protocol.substr(kTokenProtocol.size()));
    if (!token) return bad("invalid base64.bearer.authorization token encoding");
    if (!is_utf8(*token)) return bad("invalid base64.bearer.authorization token");
  }
  if (!token || token->empty()) return std::optional<std::string>();
  if (!has_others) return bad("missing additional subprotocol");
  return token;
}

void remove_websocket_token(http::Headers& headers) {
  std::string others;
  bool found = false;
  for (const std::string_view protocol : protocols_of(headers)) {
    if (is_token(protocol)) {
      found = true;
      continue;
    }
    others += (others.empty() ? "" : ",") + std::string(protocol);
  }
  if (found) headers.set(kProtocols, std::move(others));
}

}  // namespace annex::auth
