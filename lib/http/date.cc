#include "http/date.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace annex::http {
namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string write_date(util::WallTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text;
}

std::optional<util::WallTime> read_date(std::string_view text) {
  char month[4] = {};
  std::tm utc{};
  const int read =
      std::sscanf(std::string(text).c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &utc.tm_mday,
                  month, &utc.tm_year, &utc.tm_hour, &utc.tm_min, &utc.tm_sec);
  const auto found = std::find(kMonths.begin(), kMonths.end(), std::string_view(month));
  if (read != 6 || found == kMonths.end()) return std::nullopt;
  utc.tm_mon = static_cast<int>(found - kMonths.begin());
  utc.tm_year -= 1900;
  const util::WallTime time{std::chrono::seconds(timegm(&utc))};
  // Numbers out of range were carried over; only what reads as it was written is a date.
  if (write_date(time) != text) return std::nullopt;
  return time;
}

}  // namespace annex::http
