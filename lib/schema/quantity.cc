#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "annex/schema/formats.h"

namespace annex::schema {
namespace {

__extension__ using UnsignedWide = unsigned __int128;

enum class Family { kDecimalSi, kBinarySi, kDecimalExponent };

/// mantissa * 10^exponent (decimal families) or mantissa * 10^exponent * 2^(10*binary).
struct Parsed {
  bool negative = false;
  std::string digits;        // of the number, without the point
  std::size_t fraction = 0;  // how many of them follow the point
  Family family = Family::kDecimalSi;
  int exponent = 0;  // power of ten, or of 1024 for kBinarySi
  std::string_view suffix;
};

struct Suffix {
  std::string_view text;
  int exponent;
};
constexpr std::array kDecimal{Suffix{"n", -9}, Suffix{"u", -6}, Suffix{"m", -3}, Suffix{"", 0},
                              Suffix{"k", 3},  Suffix{"M", 6},  Suffix{"G", 9},  Suffix{"T", 12},
                              Suffix{"P", 15}, Suffix{"E", 18}};
constexpr std::array kBinary{Suffix{"Ki", 1}, Suffix{"Mi", 2}, Suffix{"Gi", 3},
                             Suffix{"Ti", 4}, Suffix{"Pi", 5}, Suffix{"Ei", 6}};

Error refuse(std::string_view why) { return Error::bad_request(std::string(why)); }

constexpr std::string_view kFormatError =
    "quantities must match the regular expression "
    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// Letters, a sign, digits: each may be missing.
bool is_suffix(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("eEinumkKMGTP"), text.size()));
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<Parsed> parse(std::string_view text) {
  Parsed parsed;
  if (text.empty()) return refuse(kFormatError);
  std::size_t at = 0;
  if (text[0] == '+' || text[0] == '-') {
    parsed.negative = text[0] == '-';
    at = 1;
  }
  bool point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point) {
      point = true;
    } else if (text[at] >= '0' && text[at] <= '9') {
      parsed.digits += text[at];
      if (point) ++parsed.fraction;
    } else {
      break;
    }
  }
  if (!is_suffix(text.substr(at))) return refuse(kFormatError);
  if (parsed.digits.empty()) return refuse("unable to parse numeric part of quantity");
  parsed.suffix = text.substr(at);
  for (const Suffix& suffix : kDecimal) {
    if (suffix.text == parsed.suffix) {
      parsed.exponent = suffix.exponent;
      return parsed;
    }
  }
  for (const Suffix& suffix : kBinary) {
    if (suffix.text == parsed.suffix) {
      parsed.family = Family::kBinarySi;
      parsed.exponent = suffix.exponent;
      return parsed;
    }
  }
  if (parsed.suffix.size() > 1 && (parsed.suffix[0] == 'e' || parsed.suffix[0] == 'E')) {
    std::string_view number = parsed.suffix.substr(1);
    if (number[0] == '+') number.remove_prefix(1);
    const char* end = number.data() + number.size();
    const auto read = std::from_chars(number.data(), end, parsed.exponent);
    if (!number.empty() && read.ec == std::errc() && read.ptr == end &&
        std::abs(parsed.exponent) <= 1000) {
      parsed.family = Family::kDecimalExponent;
      return parsed;
    }
  }
  return refuse("unable to parse quantity's suffix");
}

/// A decimal number of any size: digits without leading zeros, times 10^exponent.
struct Decimal {
  std::string digits;  // empty: zero
  int exponent = 0;
};

void trim(Decimal& number) {
  number.digits.erase(0, number.digits.find_first_not_of('0'));
  while (!number.digits.empty() && number.digits.back() == '0') {
    number.digits.pop_back();
    ++number.exponent;
  }
  if (number.digits.empty()) number.exponent = 0;
}

void increment(std::string& digits) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != '9') {
      ++digits[i];
      return;
    }
    digits[i] = '0';
  }
  digits.insert(digits.begin(), '1');
}

void multiply(std::string& digits, unsigned factor) {
  unsigned carry = 0;
  for (std::size_t i = digits.size(); i-- > 0;) {
    const unsigned product = static_cast<unsigned>(digits[i] - '0') * factor + carry;
    digits[i] = static_cast<char>('0' + product % 10);
    carry = product / 10;
  }
  for (; carry > 0; carry /= 10) digits.insert(digits.begin(), static_cast<char>('0' + carry % 10));
}

/// The value, rounded away from zero to whole billionths.
Decimal value_of(const Parsed& parsed) {
  Decimal number{parsed.digits, -static_cast<int>(parsed.fraction)};
  if (parsed.family == Family::kBinarySi) {
    for (int i = 0; i < parsed.exponent; ++i) multiply(number.digits, 1024);
  } else {
    number.exponent += parsed.exponent;
  }
  trim(number);
  if (number.exponent < -9 && !number.digits.empty()) {
    const auto drop = static_cast<std::size_t>(-9 - number.exponent);
    const bool all = drop >= number.digits.size();
    number.digits = all ? "0" : number.digits.substr(0, number.digits.size() - drop);
    number.exponent = -9;
    increment(number.digits);  // what was dropped was not zero: digits are trimmed
    trim(number);
  }
  return number;
}

/// The value as an integer, if it is one of at most 2^126.
std::optional<UnsignedWide> whole(const Decimal& number) {
  if (number.exponent < 0 ||
      number.digits.size() + static_cast<std::size_t>(number.exponent) > 37) {
    return std::nullopt;
  }
  UnsignedWide value = 0;
  for (const char c : number.digits) value = value * 10 + static_cast<unsigned>(c - '0');
  for (int i = 0; i < number.exponent; ++i) value *= 10;
  return value;
}

std::string text_of(UnsignedWide value) {
  std::string text;
  for (; value > 0; value /= 10) {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  }
  return text.empty() ? "0" : text;
}

std::string write_decimal(Decimal number, Family family) {
  if (number.digits.empty()) return "0";
  while (number.exponent % 3 != 0) {
    number.digits += '0';
    --number.exponent;
  }
  if (family == Family::kDecimalExponent) {
    return number.exponent == 0 ? number.digits
                                : number.digits + "e" + std::to_string(number.exponent);
  }
  if (number.exponent > 18) {
    number.digits.append(static_cast<std::size_t>(number.exponent - 18), '0');
    number.exponent = 18;
  }
  for (const Suffix& suffix : kDecimal) {
    if (suffix.exponent == number.exponent) return number.digits + std::string(suffix.text);
  }
  return number.digits;
}

/// The digits as upstream's parser counts them: zeros before the point lead, but for one alone.
std::string counted_digits(const Parsed& parsed) {
  const std::size_t point = parsed.digits.size() - parsed.fraction;
  const std::size_t begin = std::min(parsed.digits.find_first_not_of('0'), point);
  return (begin == point ? "0" : "") + parsed.digits.substr(begin);
}

/// True for text that upstream's parser keeps as it came.
bool is_echoed(const Parsed& parsed) {
  const std::string digits = counted_digits(parsed);
  if (parsed.family == Family::kBinarySi) {
    if (parsed.fraction > 0 || digits.size() + 3 * static_cast<std::size_t>(parsed.exponent) > 14)
      return false;
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value % 8 != 0;
  }
  if (digits.size() > 18 || parsed.exponent > 18) return false;
  const int scale = parsed.exponent - static_cast<int>(parsed.fraction);
  if (scale < -9 || scale % 3 != 0) return false;
  return !digits.starts_with('0') && !digits.ends_with("000");
}

/// Binary quantities are capped there.
bool exceeds_int64(const Decimal& number) {
  const std::string most = text_of(UnsignedWide(INT64_MAX));
  const auto size = static_cast<std::int64_t>(number.digits.size()) + number.exponent;
  if (size != static_cast<std::int64_t>(most.size())) {
    return size > static_cast<std::int64_t>(most.size());
  }
  return number.digits.compare(most) > 0;
}

}  // namespace

Result<std::string> canonical_quantity(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  text = begin == std::string_view::npos ? "" : text.substr(begin);
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  Result<Parsed> parsed = parse(text);
  if (!parsed) return std::move(parsed).error();
  if (is_echoed(*parsed)) return std::string(text);

  const Decimal number = value_of(*parsed);
  std::string canonical;
  if (parsed->family == Family::kBinarySi) {
    std::optional<UnsignedWide> value = whole(number);
    if (exceeds_int64(number)) value = UnsignedWide(INT64_MAX);
    if (!value || *value < 1024) {
      canonical = value ? text_of(*value) : write_decimal(number, Family::kDecimalSi);
      if (value && *value % 1000 == 0 && *value > 0)
        canonical = write_decimal(number, Family::kDecimalSi);
    } else {
      std::size_t power = 0;
      for (; *value % 1024 == 0 && power < kBinary.size(); ++power) *value /= 1024;
      canonical = text_of(*value);
      if (power > 0) canonical += kBinary[power - 1].text;
    }
  } else {
    canonical = write_decimal(number, parsed->family);
  }
  return parsed->negative && canonical != "0" ? "-" + canonical : canonical;
}

int compare_quantities(std::string_view a, std::string_view b) {
  struct Signed {
    bool negative;
    Decimal number;
  };
  auto read = [](std::string_view text) {
    const Result<Parsed> parsed = parse(text);
    return parsed ? Signed{parsed->negative, value_of(*parsed)} : Signed{false, {}};
  };
  const Signed left = read(a);
  const Signed right = read(b);
  auto sign = [](const Signed& s) { return s.number.digits.empty() ? 0 : s.negative ? -1 : 1; };
  if (sign(left) != sign(right)) return sign(left) < sign(right) ? -1 : 1;
  if (sign(left) == 0) return 0;
  const auto size = [](const Decimal& d) { return static_cast<int>(d.digits.size()) + d.exponent; };
  int order = 0;
  if (size(left.number) != size(right.number)) {
    order = size(left.number) < size(right.number) ? -1 : 1;
  } else {
    const int compared = left.number.digits.compare(right.number.digits);
    order = compared < 0 ? -1 : compared > 0 ? 1 : 0;
  }
  return left.negative ? -order : order;
}

}  // namespace annex::schema
