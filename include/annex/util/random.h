// Randomness as a value that is passed in: uids, generated names and jitter are repeatable in
// tests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "annex/util/mutex.h"

namespace annex::util {

/// A source of random numbers. Owned by whoever assembles the program. Any thread.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  /// 64 evenly distributed bits.
  virtual std::uint64_t next() = 0;

  /// A number in [0, bound). Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// A version 4 UUID in lower case.
  std::string uuid();
};

/// The operating system's generator (getrandom), fit for keys and tokens. Asks it for several
/// numbers at once: a process that forks without exec must not go on using one.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;

 private:
  Mutex mutex_;
  std::array<std::uint64_t, 32> numbers_ ANNEX_GUARDED_BY(mutex_){};  ///< those left come first
  std::size_t left_ ANNEX_GUARDED_BY(mutex_) = 0;
};

/// A repeatable sequence for tests; print the seed where one is used.
class SeededRandom final : public Random {
 public:
  /// The same numbers for the same seed.
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  Mutex mutex_;
  std::uint64_t state_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::util
