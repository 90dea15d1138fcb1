// Reads the changes that a store has kept.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "annex/storage/store.h"

namespace annex::registry {

struct PastSpan {
  storage::Revision after{};
  storage::Revision until{};
  std::size_t limit{};
};

/// All changes of keys below `prefix` after `span.after` up to `span.until`. The store's error,
/// such as kTooOld; kTooOld as well if they are more than the limit or too many bytes; kUnavailable
/// if they have not come within `wait` of the machine's clock.
storage::StoreResult<std::vector<storage::Event>> read_past(storage::Store& store,
                                                            const std::string& prefix,
                                                            const PastSpan& span,
                                                            util::Duration wait);

}  // namespace annex::registry
