// The opaque text by which a client asks for a list's next page.
#pragma once

#include <string>

#include "annex/storage/store.h"
#include "annex/util/result.h"

namespace annex::handlers {

/// Where a list goes on. `after` is the last item's key relative to the list.
struct Continuation {
  bool newest = false;  ///< go on at the newest state, inconsistently
  storage::Revision revision{};
  std::string after{};
};

std::string write_continue(const Continuation& continuation);
/// BadRequest with upstream's texts (`storage/continue.go`).
Result<Continuation> read_continue(const std::string& token);

}  // namespace annex::handlers
