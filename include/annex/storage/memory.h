// The store that every server knows: in memory, lost at the end of the process.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "annex/storage/store.h"
#include "annex/util/clock.h"
#include "annex/util/random.h"

namespace annex::storage {

/// How much of the past is kept.
struct MemoryOptions {
  /// How long old revisions stay readable, if their bytes fit in `history_bytes`.
  util::Duration history = std::chrono::minutes(5);
  /// The bound on the bytes of old values and of the record of changes; the oldest go first.
  std::size_t history_bytes = 64U << 20U;
  /// The bound on the bytes of all present values; a write beyond it fails with kFull.
  std::size_t total_bytes = 4ULL << 30U;
};

/// A store in memory, multi-version. `clock` and `random` must outlive it.
std::unique_ptr<Store> make_memory_store(const MemoryOptions& options, const util::Clock& clock,
                                         util::Random& random);

}  // namespace annex::storage
