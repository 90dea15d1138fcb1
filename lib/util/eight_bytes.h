// Telling something of eight bytes of text at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace annex::util {

/// Eight bytes as one number. What is told of them is told by the high bit of some byte, not
/// necessarily of the byte that it is true of: a difference borrows from the byte above, but only
/// where there is something to tell.
class EightBytes {
 public:
  static constexpr std::size_t kSize = sizeof(std::uint64_t);

  /// Requires: there are eight.
  explicit EightBytes(const char* text) { std::memcpy(&bytes_, text, kSize); }

  /// Each has a high bit if one byte is so; `limit` is at most 0x80.
  std::uint64_t high() const { return bytes_ & kHighBits; }
  std::uint64_t below(std::uint8_t limit) const { return any_below(bytes_, limit); }
  /// Bits of `either` may be set or not.
  std::uint64_t equal(char wanted, std::uint8_t either = 0) const {
    const std::uint64_t different =
        (bytes_ | either * kOnes) ^ static_cast<std::uint8_t>(wanted) * kOnes;
    return any_below(different, 1);
  }

 private:
  static constexpr std::uint64_t kOnes = 0x0101010101010101;
  static constexpr std::uint64_t kHighBits = 0x80 * kOnes;

  static std::uint64_t any_below(std::uint64_t bytes, std::uint8_t limit) {
    return (bytes - limit * kOnes) & ~bytes & kHighBits;
  }

  std::uint64_t bytes_ = 0;
};

}  // namespace annex::util
