#include "annex/http/uri.h"

#include <algorithm>

namespace annex::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  // Most texts are as they were.
  std::size_t i = std::min(text.find('%'), plus_is_space ? text.find('+') : std::string_view::npos);
  std::string out(text.substr(0, i));
  if (out.size() == text.size()) return out;
  out.reserve(text.size());
  for (; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else if (plus_is_space && text[i] == '+') {
      out.push_back(' ');
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

Query Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view piece = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    // Go refuses a piece with a semicolon, since others take it for a separator.
    if (piece.empty() || piece.find(';') != std::string_view::npos) continue;
    const std::size_t equals = piece.find('=');
    auto name = decode(piece.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::optional<std::string>(std::string())
                                                  : decode(piece.substr(equals + 1), true);
    if (name && value) query.parameters_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

std::optional<std::string_view> Query::first(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Query::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : parameters_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

Result<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/') {
    return Error::bad_request("the request target must begin with a slash");
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) {
      return Error::bad_request("the request target holds a space or a control character");
    }
    if (c == '#') return Error::bad_request("the request target holds a fragment");
  }
  Target target;
  const std::size_t mark = text.find('?');
  target.raw_path = std::string(text.substr(0, mark));
  if (mark != std::string_view::npos) target.raw_query = std::string(text.substr(mark + 1));
  auto path = percent_decode(target.raw_path);
  if (!path) return Error::bad_request("the request target holds a malformed percent escape");
  target.path = std::move(*path);
  target.query = Query::parse(target.raw_query);
  return target;
}

std::optional<std::string> percent_decode(std::string_view text) { return decode(text, false); }

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

}  // namespace annex::http
