// Dates in headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "annex/util/clock.h"

namespace annex::http {

/// "Fri, 02 Jan 2026 03:04:05 GMT"
std::string write_date(util::WallTime time);
/// Reads that form alone; the two obsolete ones are nothing.
std::optional<util::WallTime> read_date(std::string_view text);

}  // namespace annex::http
