// Telling valid UTF-8 from other bytes.
#pragma once

#include <cstddef>
#include <string_view>

#include "util/eight_bytes.h"

namespace annex::json {

/// The length of the valid UTF-8 sequence at `at`; 0 if there is none (overlong forms, surrogates
/// and what lies above U+10FFFF are not valid). Requires: at < text.size().
inline std::size_t utf8_length(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() - at < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
      (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) {
    return 0;
  }
  return length;
}

/// How many bytes at the front of `text` are valid.
inline std::size_t valid_utf8_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    // Most text is ASCII; eight bytes of it are told at once.
    if (text.size() - at >= util::EightBytes::kSize &&
        util::EightBytes(text.data() + at).high() == 0) {
      at += util::EightBytes::kSize;
      continue;
    }
    const std::size_t length = utf8_length(text, at);
    if (length == 0) break;
    at += length;
  }
  return at;
}

inline bool is_valid_utf8(std::string_view text) { return valid_utf8_size(text) == text.size(); }

}  // namespace annex::json
