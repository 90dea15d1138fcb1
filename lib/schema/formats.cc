#include "annex/schema/formats.h"

#include <array>
#include <charconv>
#include <cstdlib>

namespace annex::schema {
namespace {

constexpr std::int64_t kSecond = 1000000000;
constexpr std::size_t kCanonicalSize = std::string_view("2006-01-02T15:04:05Z").size();

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day)};
  return std::chrono::sys_days(date).time_since_epoch().count();
}

/// Reads exactly `count` digits.
bool read_digits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool read_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// Of one digit, too, as Go takes it.
bool read_hour(std::string_view& text, int& hour) {
  return read_digits(text, text.size() > 1 && text[1] == ':' ? 1 : 2, hour);
}

struct Civil {
  int year;
  unsigned month, day;
  int hour, minute, second;
  std::int64_t nanoseconds;
};

/// A point in time of any year that the texts can name.
struct Instant {
  std::int64_t seconds;      ///< since 1970
  std::int64_t nanoseconds;  ///< of the second, not negative
};

Instant instant_of(util::WallTime time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  return {seconds.count(), (since - seconds).count()};
}

Civil civil_of(const Instant& instant) {
  const std::chrono::seconds since(instant.seconds);
  const auto days = std::chrono::floor<std::chrono::days>(since);
  const std::chrono::year_month_day date{std::chrono::sys_days(days)};
  const std::int64_t seconds = (since - days).count();
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(seconds / 3600),
          static_cast<int>(seconds / 60 % 60),
          static_cast<int>(seconds % 60),
          instant.nanoseconds};
}

/// Every object has some times, and printf is slow. Requires: the number is not negative.
void write_digits(int number, std::size_t count, std::string& out) {
  const std::size_t end = out.size() + count;
  out.resize(end, '0');
  for (std::size_t at = end; number > 0 && at > end - count; number /= 10) {
    out[--at] = static_cast<char>('0' + number % 10);
  }
}

std::string seconds_text(const Civil& civil) {
  std::string text;
  text.reserve(20);
  if (civil.year < 0) text += '-';
  const int year = std::abs(civil.year);
  write_digits(year, year > 9999 ? 5 : 4, text);
  text += '-';
  write_digits(static_cast<int>(civil.month), 2, text);
  text += '-';
  write_digits(static_cast<int>(civil.day), 2, text);
  text += 'T';
  write_digits(civil.hour, 2, text);
  text += ':';
  write_digits(civil.minute, 2, text);
  text += ':';
  write_digits(civil.second, 2, text);
  return text;
}

std::optional<Instant> parse_instant(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!read_digits(text, 4, year) || !read_char(text, '-') || !read_digits(text, 2, month) ||
      !read_char(text, '-') || !read_digits(text, 2, day) || !read_char(text, 'T') ||
      !read_hour(text, hour) || !read_char(text, ':') || !read_digits(text, 2, minute) ||
      !read_char(text, ':') || !read_digits(text, 2, second)) {
    return std::nullopt;
  }
  std::int64_t nanoseconds = 0;
  if (read_char(text, '.')) {
    std::int64_t unit = kSecond / 10;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
      nanoseconds += unit * (text.front() - '0');
      unit /= 10;
    }
  }
  std::int64_t offset = 0;
  if (!read_char(text, 'Z')) {
    const bool west = !text.empty() && text.front() == '-';
    int hours = 0, minutes = 0;
    if ((!read_char(text, '+') && !read_char(text, '-')) || !read_digits(text, 2, hours) ||
        !read_char(text, ':') || !read_digits(text, 2, minutes) || hours > 23 || minutes > 59) {
      return std::nullopt;
    }
    offset = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t seconds =
      days_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * 86400 +
      hour * 3600 + minute * 60 + second - offset;
  return Instant{seconds, nanoseconds};
}

bool has_six_digits(std::string_view text) {
  const std::size_t point = text.find('.');
  return point < text.size() && text.size() > point + 7 &&
         std::string_view("Z+-").find(text[point + 7]) != std::string_view::npos;
}

std::string write_seconds(const Instant& instant) { return seconds_text(civil_of(instant)) + "Z"; }

std::string write_micros(const Instant& instant) {
  const Civil civil = civil_of(instant);
  std::string text = seconds_text(civil) + ".";
  write_digits(static_cast<int>(civil.nanoseconds / 1000), 6, text);
  return text + "Z";
}

}  // namespace

std::optional<util::WallTime> parse_rfc3339(std::string_view text) {
  const std::optional<Instant> instant = parse_instant(text);
  if (!instant) return std::nullopt;
  // A clock of 64-bit nanoseconds covers the years from 1678 to 2261.
  constexpr std::int64_t kMost = INT64_MAX / kSecond;
  if (instant->seconds >= kMost) return util::WallTime::max();
  if (instant->seconds <= -kMost) return util::WallTime::min();
  return util::WallTime(
      std::chrono::nanoseconds(instant->seconds * kSecond + instant->nanoseconds));
}

std::optional<util::WallTime> parse_rfc3339_micro(std::string_view text) {
  return has_six_digits(text) ? parse_rfc3339(text) : std::nullopt;
}

std::string write_rfc3339(util::WallTime time) { return write_seconds(instant_of(time)); }

std::string write_rfc3339_micro(util::WallTime time) { return write_micros(instant_of(time)); }

std::optional<std::string> canonical_rfc3339(std::string_view text) {
  const std::optional<Instant> instant = parse_instant(text);
  // Of what was read, no other text is as long and in UTC.
  if (instant && text.size() == kCanonicalSize && text.back() == 'Z') return std::string(text);
  return instant ? std::optional(write_seconds(*instant)) : std::nullopt;
}

std::optional<std::string> canonical_rfc3339_micro(std::string_view text) {
  const auto instant = has_six_digits(text) ? parse_instant(text) : std::nullopt;
  return instant ? std::optional(write_micros(*instant)) : std::nullopt;
}

std::optional<std::int64_t> parse_go_duration(std::string_view text) {
  __extension__ using Wide = __int128;
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  Wide total = 0;
  while (!text.empty()) {
    Wide whole = 0, fraction = 0, scale = 1;
    std::size_t digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
      whole = whole * 10 + (text.front() - '0');
      if (++digits > 19) return std::nullopt;
    }
    if (read_char(text, '.')) {
      for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
        ++digits;
        if (scale < kSecond * Wide(kSecond)) {
          fraction = fraction * 10 + (text.front() - '0');
          scale *= 10;
        }
      }
    }
    if (digits == 0) return std::nullopt;
    struct Unit {
      std::string_view name;
      std::int64_t size;
    };
    static constexpr std::array kUnits{Unit{"ns", 1},           Unit{"us", 1000},
                                       Unit{"\xc2\xb5s", 1000}, Unit{"\xce\xbcs", 1000},
                                       Unit{"ms", 1000000},     Unit{"s", kSecond},
                                       Unit{"m", 60 * kSecond}, Unit{"h", 3600 * kSecond}};
    const std::size_t end = std::min(text.find_first_of("0123456789."), text.size());
    std::int64_t size = 0;
    for (const Unit& unit : kUnits) {
      if (unit.name == text.substr(0, end)) size = unit.size;
    }
    if (size == 0) return std::nullopt;
    text.remove_prefix(end);
    total += whole * size + fraction * size / scale;
    if (total > Wide(INT64_MAX)) return std::nullopt;
  }
  const auto nanoseconds = static_cast<std::int64_t>(total);
  return negative ? -nanoseconds : nanoseconds;
}

std::string write_go_duration(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  const bool negative = nanoseconds < 0;
  const auto size = negative ? 0 - static_cast<std::uint64_t>(nanoseconds)
                             : static_cast<std::uint64_t>(nanoseconds);
  auto with_fraction = [](std::uint64_t value, std::uint64_t unit) {
    std::string text = std::to_string(value / unit);
    std::string fraction = std::to_string(unit + value % unit).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return fraction.empty() ? text : text + "." + fraction;
  };
  constexpr std::uint64_t kUnit = kSecond;
  std::string text;
  if (size < 1000) {
    text = std::to_string(size) + "ns";
  } else if (size < 1000000) {
    text = with_fraction(size, 1000) + "\xc2\xb5s";
  } else if (size < kUnit) {
    text = with_fraction(size, 1000000) + "ms";
  } else {
    const std::uint64_t minutes = size / (60 * kUnit);
    if (minutes >= 60) text += std::to_string(minutes / 60) + "h";
    if (minutes > 0) text += std::to_string(minutes % 60) + "m";
    text += with_fraction(size % (60 * kUnit), kUnit) + "s";
  }
  return negative ? "-" + text : text;
}

namespace {
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}  // namespace

std::string write_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kBase64[group >> (18 - 6 * k) & 0x3f] : '=';
    }
  }
  return text;
}

std::optional<std::string> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    std::size_t pad = 0;
    if (last && text[i + 3] == '=') pad = text[i + 2] == '=' ? 2 : 1;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t digit = k < 4 - pad ? kBase64.find(text[i + k]) : 0;
      if (digit == std::string_view::npos) return std::nullopt;
      group = group << 6 | static_cast<std::uint32_t>(digit);
    }
    for (std::size_t k = 0; k < 3 - pad; ++k) {
      bytes += static_cast<char>(group >> (16 - 8 * k) & 0xff);
    }
  }
  return bytes;
}

}  // namespace annex::schema
