#include <algorithm>

#include "annex/request/context.h"

namespace annex::request {
namespace {

constexpr std::size_t kBudget = 4096;
constexpr std::size_t kCut = 256;

/// The number of code points of valid UTF-8 without control characters; 0 for anything else.
std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80             ? 1U
                             : (lead & 0xE0) == 0xC0 ? 2U
                             : (lead & 0xF0) == 0xE0 ? 3U
                             : (lead & 0xF8) == 0xF0 ? 4U
                                                     : 0U;
    if (size == 0 || i + size > text.size() || lead < 0x20 || lead == 0x7F) return 0;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return 0;
    }
    i += size;
  }
  return count;
}

std::string_view first_points(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  while (i < text.size() && count > 0) {
    ++i;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) ++i;
    --count;
  }
  return text.substr(0, i);
}

std::string header_value(std::string_view text) {
  std::string value = "299 - \"";
  for (const char c : text) {
    if (c == '"' || c == '\\') value += '\\';
    value += c;
  }
  return value + '"';
}

}  // namespace

void Warnings::add(std::string text) {
  if (code_points(text) == 0) return;
  if (std::find(texts_.begin(), texts_.end(), text) == texts_.end()) {
    texts_.push_back(std::move(text));
  }
}

std::vector<std::string> Warnings::header_values() const {
  std::size_t total = 0;
  for (const std::string& text : texts_) total += code_points(text);
  const bool cut = total > kBudget;
  std::vector<std::string> values;
  std::size_t used = 0;
  for (const std::string& text : texts_) {
    const std::string_view shown = cut ? first_points(text, kCut) : std::string_view(text);
    used += code_points(shown);
    if (used > kBudget) break;
    values.push_back(header_value(shown));
  }
  return values;
}

}  // namespace annex::request
