#include "annex/http/media_type.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace annex::http {
namespace {

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

void lower(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

double weight(std::string_view text) {
  double q = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), q);
  // Not a number would spoil the order of the sort.
  if (error != std::errc() || end != text.data() + text.size() || std::isnan(q)) return 0;
  return q;
}

/// In the text's own case.
std::optional<MediaType> read(std::string_view text) {
  MediaType media;
  const std::size_t semicolon = text.find(';');
  std::string_view essence = trim(text.substr(0, semicolon));
  if (essence == "*") essence = "*/*";
  const std::size_t slash = essence.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  media.type = trim(essence.substr(0, slash));
  media.subtype = trim(essence.substr(slash + 1));
  if (media.type.empty() || media.subtype.empty()) return std::nullopt;

  std::string_view rest = semicolon == std::string_view::npos ? "" : text.substr(semicolon + 1);
  while (!rest.empty()) {
    const std::size_t end = rest.find(';');
    const std::string_view piece = trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    std::string_view name = trim(piece.substr(0, equals));
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : trim(piece.substr(equals + 1));
    if (name == "q") {
      media.q = weight(value);
    } else {
      media.params.emplace_back(name, value);
    }
  }
  return media;
}

}  // namespace

std::optional<std::string_view> MediaType::param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool MediaType::matches(std::string_view other) const {
  const std::size_t slash = other.find('/');
  if (slash == std::string_view::npos) return false;
  return (type == "*" && subtype == "*") ||
         (type == other.substr(0, slash) && (subtype == "*" || subtype == other.substr(slash + 1)));
}

std::optional<MediaType> parse_media_type(std::string_view text) {
  std::optional<MediaType> media = read(text);
  if (!media) return std::nullopt;
  lower(media->type);
  lower(media->subtype);
  for (auto& [name, value] : media->params) lower(name);
  return media;
}

std::vector<MediaType> parse_accept(std::string_view text) {
  std::vector<MediaType> clauses;
  while (true) {
    const std::size_t comma = text.find(',');
    if (auto media = read(text.substr(0, comma))) clauses.push_back(std::move(*media));
    if (comma == std::string_view::npos) break;
    text = text.substr(comma + 1);
  }
  std::stable_sort(clauses.begin(), clauses.end(), [](const MediaType& a, const MediaType& b) {
    if (a.q > b.q || a.q < b.q) return a.q > b.q;
    if ((a.type == "*") != (b.type == "*")) return b.type == "*";
    return a.subtype != "*" && b.subtype == "*";
  });
  return clauses;
}

std::vector<MediaType> accepted(const Headers& headers, bool* present) {
  const auto line = headers.first("Accept");
  const bool there = line && !trim(*line).empty();
  if (present != nullptr) *present = there;
  return there ? parse_accept(*line) : std::vector<MediaType>();
}

}  // namespace annex::http
