#include "annex/util/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace annex::util {

std::uint64_t Random::below(std::uint64_t bound) {
  // Values beyond the last whole multiple of the bound would favour small results.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

std::string Random::uuid() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::array<std::uint64_t, 2> words{next(), next()};
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < 32; ++i) {
    std::uint64_t digit = (words[i / 16] >> (4 * (i % 16))) & 0xf;
    if (i == 12) digit = 4;                    // version
    if (i == 16) digit = (digit & 0x3) | 0x8;  // variant
    if (i == 8 || i == 12 || i == 16 || i == 20) text.push_back('-');
    text.push_back(kDigits[digit]);
  }
  return text;
}

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  while (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return value;
}

SeededRandom::SeededRandom(std::uint64_t seed) : state_(seed) {}

std::uint64_t SeededRandom::next() {
  // splitmix64
  MutexLock lock(mutex_);
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace annex::util
