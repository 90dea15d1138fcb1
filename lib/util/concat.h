// One string of several texts.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace annex::util {

/// All of them, in one allocation: `+` makes one a text.
inline std::string concat(std::initializer_list<std::string_view> texts) {
  std::size_t size = 0;
  for (const std::string_view text : texts) size += text.size();
  std::string all;
  all.reserve(size);
  for (const std::string_view text : texts) all += text;
  return all;
}

}  // namespace annex::util
