#include "transport/status_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "annex/http/headers.h"

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
  constexpr std::uint64_t kOnes = UINT64_MAX / 0xff;
  constexpr std::uint64_t kHighs = kOnes * 0x80;
  // Eight at once: subtracting n sets the high bit of a byte that had none only if it is below n,
  // or if one before it was. What was 0x7f is turned into 0, which is below 1.
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    const std::uint64_t deletes = word ^ (kOnes * 0x7f);
    const std::uint64_t below = (word - kOnes * 0x20) & ~word;
    if (((below | ((deletes - kOnes) & ~deletes)) & kHighs) != 0) return true;
    text.remove_prefix(sizeof word);
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
