// Reading the small files that a configuration names.
#pragma once

#include <string>

#include "annex/util/result.h"

namespace annex::kube {

/// The whole file, at most 1 MiB of it. BadRequest, naming it, if it cannot be read.
Result<std::string> read_small_file(const std::string& path);
/// Without white space at either end.
std::string trimmed(const std::string& text);

}  // namespace annex::kube
