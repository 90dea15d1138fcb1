#include <optional>

#include "annex/schema/formats.h"
#include "annex/server/adapt_hooks.h"

namespace annex::detail {
namespace {

/// "5m" or, unless `rest` is zero, "5m20s".
std::string two_units(long long whole, char unit, long long rest, char rest_unit) {
  std::string text = std::to_string(whole) + unit;
  if (rest != 0) text += std::to_string(rest) + rest_unit;
  return text;
}

}  // namespace

// The steps are those of apimachinery's `pkg/util/duration`: two units while both tell something.
std::string age_text(const std::string& created, util::WallTime now) {
  const std::optional<util::WallTime> since = schema::parse_rfc3339(created);
  if (!since) return "<unknown>";
  const long long seconds = std::chrono::duration_cast<std::chrono::seconds>(now - *since).count();
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const long long minutes = seconds / 60;
  const long long hours = minutes / 60;
  const long long days = hours / 24;
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (minutes < 10) return two_units(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return std::to_string(minutes) + "m";
  if (hours < 8) return two_units(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return std::to_string(hours) + "h";
  if (days < 8) return two_units(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return std::to_string(days) + "d";
  if (days < 365 * 8) return two_units(days / 365, 'y', days % 365, 'd');
  return std::to_string(days / 365) + "y";
}

}  // namespace annex::detail
