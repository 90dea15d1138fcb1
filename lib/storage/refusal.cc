#include "annex/storage/store.h"

namespace annex::storage {

std::optional<StoreError> refusal(const Commit& commit, Revision live) {
  using Code = StoreError::Code;
  const Revision wanted = commit.guard.revision;
  if (wanted == 0 && !commit.value) {
    return StoreError{Code::kNotFound, "nothing to delete at " + commit.key, {}};
  }
  if (wanted == live) return std::nullopt;
  if (wanted == 0) return StoreError{Code::kExists, "key exists: " + commit.key, {}};
  if (live == 0) {
    return StoreError{commit.value ? Code::kConflict : Code::kNotFound, "no key " + commit.key, {}};
  }
  return StoreError{Code::kConflict,
                    "key " + commit.key + " is at revision " + std::to_string(live) + ", not " +
                        std::to_string(wanted),
                    {}};
}

}  // namespace annex::storage
