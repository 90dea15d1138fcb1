// Small words of HTTP that both codecs write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "annex/util/error.h"

namespace annex::transport {

/// "Not Found" for 404.
std::string_view status_text(int status);
/// True for headers that speak of one connection, which the transport alone writes.
bool is_connection_header(std::string_view name);
/// A control character of ASCII; a tab is one.
inline bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
}
/// True if there is one.
bool has_control(std::string_view text);
/// Appends a header's value with spaces for control characters, so that none can begin a new line.
void append_clean(std::string& out, std::string_view value);
/// Appends a header line, its value cleaned.
void append_field(std::string& out, std::string_view name, std::string_view value);
/// Why a body of more than `limit` bytes is refused, in upstream's words.
std::string too_large_text(std::size_t limit);
/// What the transport itself refuses a request with.
Error refusal_error(int status, std::string message);

}  // namespace annex::transport
