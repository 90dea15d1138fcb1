#include <algorithm>

#include "annex/request/context.h"
#include "util/eight_bytes.h"

namespace annex::request {
namespace {

constexpr std::size_t kBudget = 4096;
constexpr std::size_t kCut = 256;

bool all_plain(util::EightBytes bytes) {
  return (bytes.high() | bytes.below(0x20) | bytes.equal('\x7f')) == 0;
}

/// The number of code points of valid UTF-8 without control characters; 0 for anything else.
std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    while (text.size() - i > util::EightBytes::kSize &&
           all_plain(util::EightBytes(text.data() + i))) {
      i += util::EightBytes::kSize;
      count += util::EightBytes::kSize;
    }
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x20 || lead == 0x7F) return 0;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t size = (lead & 0xE0) == 0xC0   ? 2U
                             : (lead & 0xF0) == 0xE0 ? 3U
                             : (lead & 0xF8) == 0xF0 ? 4U
                                                     : 0U;
    if (size == 0 || i + size > text.size()) return 0;
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
  constexpr std::string_view kBegin = "299 - \"";
  std::string value;
  value.reserve(kBegin.size() + text.size() + 1);
  value += kBegin;
  std::size_t clean = 0;  // begins what is not written yet
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '\\') continue;
    value += text.substr(clean, i - clean);
    value += '\\';
    clean = i;
  }
  value += text.substr(clean);
  value += '"';
  return value;
}

}  // namespace

void Warnings::add(std::string text) {
  const std::size_t points = code_points(text);
  if (points == 0) return;
  if (std::any_of(texts_.begin(), texts_.end(),
                  [&](const Text& known) { return known.text == text; })) {
    return;
  }
  texts_.push_back({std::move(text), points});
  points_ += points;
}

std::vector<std::string> Warnings::header_values() const {
  const bool cut = points_ > kBudget;
  std::vector<std::string> values;
  std::size_t used = 0;
  for (const Text& each : texts_) {
    used += cut ? std::min(each.points, kCut) : each.points;
    if (used > kBudget) break;
    values.push_back(header_value(cut ? first_points(each.text, kCut) : each.text));
  }
  return values;
}

}  // namespace annex::request
