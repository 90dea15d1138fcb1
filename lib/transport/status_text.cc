#include "transport/status_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "annex/http/headers.h"
#include "util/eight_bytes.h"

namespace annex::transport {

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Request Entity Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

bool is_connection_header(std::string_view name) {
  using namespace std::string_view_literals;
  constexpr std::array kNames{"Connection"sv, "Transfer-Encoding"sv, "Keep-Alive"sv, "Upgrade"sv,
                              "Proxy-Connection"sv};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view known) { return http::iequals(name, known); });
}

std::string too_large_text(std::size_t limit) {
  return "Request entity too large: limit is " + std::to_string(limit);
}

Error refusal_error(int status, std::string message) {
  Error error = Error::bad_request(std::move(message));
  if (status == 408) error.reason = Reason::kTimeout;
  if (status == 413) error.reason = Reason::kRequestEntityTooLarge;
  if (status == 429) {
    error.reason = Reason::kTooManyRequests;
    error.details.retry_after_seconds = 1;
  }
  return error;
}

bool has_control(std::string_view text) {
  while (text.size() >= util::EightBytes::kSize) {
    const util::EightBytes bytes(text.data());
    if ((bytes.below(0x20) | bytes.equal('\x7f')) != 0) return true;
    text.remove_prefix(util::EightBytes::kSize);
  }
  return std::any_of(text.begin(), text.end(), is_control);
}

void append_clean(std::string& out, std::string_view value) {
  const std::size_t begin = out.size();
  out.append(value);
  if (!has_control(value)) return;
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_control, ' ');
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

}  // namespace annex::transport
