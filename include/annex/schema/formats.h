// Texts with a grammar of their own (times, durations, quantities), brought into canonical form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::schema {

/// RFC 3339 with any offset and fraction to a point in time, at most the clock's first or last;
/// nothing if it is no such text.
std::optional<util::WallTime> parse_rfc3339(std::string_view text);
/// The same for text with exactly six digits of a second's fraction.
std::optional<util::WallTime> parse_rfc3339_micro(std::string_view text);
/// `2026-01-02T03:04:05Z`, whole seconds, truncated.
std::string write_rfc3339(util::WallTime time);
/// `2026-01-02T03:04:05.000000Z`.
std::string write_rfc3339_micro(util::WallTime time);
/// The text as the functions above would write it, whatever its year; nothing if it is no such
/// text.
std::optional<std::string> canonical_rfc3339(std::string_view text);
std::optional<std::string> canonical_rfc3339_micro(std::string_view text);

/// Go's duration grammar (`300ms`, `-1.5h`, `2h45m`) to nanoseconds; nothing if it is none or does
/// not fit.
std::optional<std::int64_t> parse_go_duration(std::string_view text);
/// `1h30m0s`, `1.5s`, `100ms`, `0s`.
std::string write_go_duration(std::int64_t nanoseconds);

/// A quantity in canonical form (apimachinery `pkg/api/resource`): `0.1` is `100m`, `1024Ki` is
/// `1Mi`; text that is near-canonical is echoed. BadRequest with upstream's texts.
Result<std::string> canonical_quantity(std::string_view text);
/// -1, 0 or 1 by value. Requires: both are quantities.
int compare_quantities(std::string_view a, std::string_view b);

/// Standard base64 with padding.
std::string write_base64(std::string_view bytes);
/// Nothing if `text` is no base64. Bits that a last group has too many are not looked at.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace annex::schema
