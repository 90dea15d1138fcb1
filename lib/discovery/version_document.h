// What `/version` tells.
#pragma once

#include <string>

#include "annex/json/value.h"

namespace annex::discovery {

/// `text` is "v1.2.3" or "1.2.3", possibly with a pre-release or build part; else v0.0.0 is told.
json::Value version_document(const std::string& text);

}  // namespace annex::discovery
