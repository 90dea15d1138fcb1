// Dates in headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "annex/util/clock.h"

namespace annex::http {

/// "Fri, 02 Jan 2026 03:04:05 GMT"
std::string write_date(util::WallTime time);

/// What write_date() says, written once for all of a second. Not synchronised.
class DateText {
 public:
  /// Holds until the next call.
  std::string_view at(util::WallTime time);

 private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

/// Reads that form alone; the two obsolete ones are nothing.
std::optional<util::WallTime> read_date(std::string_view text);

}  // namespace annex::http
