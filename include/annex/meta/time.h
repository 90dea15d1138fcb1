// Times, durations, quantities and int-or-string as values that can be members of described types.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "annex/schema/codec.h"
#include "annex/util/clock.h"

namespace annex::meta {

/// A point in time; whole seconds in JSON.
struct Time {
  util::WallTime at{};  ///< in UTC
  bool operator==(const Time&) const = default;
};

/// A point in time with microseconds in JSON.
struct MicroTime {
  util::WallTime at{};  ///< in UTC
  bool operator==(const MicroTime&) const = default;
};

/// A length of time in Go's notation, such as `1h30m0s`.
struct Duration {
  std::chrono::nanoseconds length{};  ///< may be negative
  bool operator==(const Duration&) const = default;
};

}  // namespace annex::meta

namespace annex::schema {

template <>
inline constexpr bool kEqualIsSame<meta::Time> = true;
template <>
inline constexpr bool kEqualIsSame<meta::MicroTime> = true;
template <>
inline constexpr bool kEqualIsSame<meta::Duration> = true;

template <>
struct Codec<meta::Time> : detail::ScalarCodec<Kind::kString, Format::kDateTime> {
  static bool decode(const json::Value& value, meta::Time& out);
  static json::Value encode(const meta::Time& time);
};
template <>
struct Codec<meta::MicroTime> : detail::ScalarCodec<Kind::kString, Format::kMicroTime> {
  static bool decode(const json::Value& value, meta::MicroTime& out);
  static json::Value encode(const meta::MicroTime& time);
};
template <>
struct Codec<meta::Duration> : detail::ScalarCodec<Kind::kString, Format::kDuration> {
  static bool decode(const json::Value& value, meta::Duration& out);
  static json::Value encode(const meta::Duration& duration);
};

}  // namespace annex::schema
