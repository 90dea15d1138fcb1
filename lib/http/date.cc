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

void put_two(std::string& out, unsigned number, char after) {
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
  out += after;
}

void put_four(std::string& out, int year) {
  const std::string digits = std::to_string(year);
  out.append(4 - std::min<std::size_t>(digits.size(), 4), '0');
  out += digits;
}

}  // namespace

std::string write_date(util::WallTime time) {
  // By hand, since every answer has one: printf() takes longer than all else in a small answer.
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
  std::string text;
  text.reserve(30);
  text += kDays.at(std::chrono::weekday(days).c_encoding());
  text += ", ";
  put_two(text, static_cast<unsigned>(day.day()), ' ');
  text += kMonths.at(static_cast<unsigned>(day.month()) - 1);
  text += ' ';
  put_four(text, static_cast<int>(day.year()));
  text += ' ';
  put_two(text, static_cast<unsigned>(clock.hours().count()), ':');
  put_two(text, static_cast<unsigned>(clock.minutes().count()), ':');
  put_two(text, static_cast<unsigned>(clock.seconds().count()), ' ');
  return text += "GMT";
}

std::string_view DateText::at(util::WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (text_.empty() || second != second_) {
    second_ = second;
    text_ = write_date(time);
  }
  return text_;
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
