#include "annex/util/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

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
  // The lowest digit of each comes first.
  std::array<std::uint64_t, 2> words{next(), next()};
  words[0] = (words[0] & ~(0xfULL << 48)) | (4ULL << 48);  // version
  words[1] = (words[1] & ~0xcULL) | 0x8;                   // variant
  std::string text = "00000000-0000-0000-0000-000000000000";
  std::size_t at = 0;
  for (char& c : text) {
    if (c == '-') continue;
    c = kDigits[words[at / 16] & 0xf];
    words[at / 16] >>= 4;
    ++at;
  }
  return text;
}

std::uint64_t SystemRandom::next() {
  MutexLock lock(mutex_);
  if (left_ == 0) {
    // No more than 256 bytes: so much is given whole or not at all.
    while (getrandom(numbers_.data(), sizeof numbers_, 0) !=
           static_cast<ssize_t>(sizeof numbers_)) {
      if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    left_ = numbers_.size();
  }
  // What was handed out may be a key: it does not stay here.
  return std::exchange(numbers_[--left_], 0);
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
