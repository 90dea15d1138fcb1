// Quantities (`500m`, `1Gi`) and values that are a number or a text (`80`, `"25%"`).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "annex/schema/codec.h"
#include "annex/util/result.h"

namespace annex::meta {

/// An amount in its canonical text (apimachinery `pkg/api/resource`). Compares by value.
class Quantity {
 public:
  Quantity() = default;
  /// BadRequest for what is no quantity.
  static Result<Quantity> parse(std::string_view text);

  /// In canonical form: "1000m" is "1".
  const std::string& text() const { return text_; }
  friend bool operator==(const Quantity& a, const Quantity& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Quantity& a, const Quantity& b);

 private:
  std::string text_ = "0";
};

/// An int32 or a text.
struct IntOrString {
  std::variant<std::int32_t, std::string> value{};  ///< which of both it is
  bool operator==(const IntOrString&) const = default;
};

/// Any object, kept as it is.
struct RawExtension {
  json::Value raw{};  ///< null if it is absent
  bool operator==(const RawExtension&) const = default;
};

}  // namespace annex::meta

namespace annex::schema {

template <>
struct Codec<meta::Quantity> : detail::ScalarCodec<Kind::kString, Format::kQuantity> {
  static bool decode(const json::Value& value, meta::Quantity& out);
  static json::Value encode(const meta::Quantity& quantity) { return quantity.text(); }
};
template <>
struct Codec<meta::IntOrString> : detail::ScalarCodec<Kind::kAny, Format::kIntOrString> {
  static bool decode(const json::Value& value, meta::IntOrString& out);
  static json::Value encode(const meta::IntOrString& value);
};
template <>
struct Codec<meta::RawExtension> : detail::ScalarCodec<Kind::kAny, Format::kRawExtension> {
  static bool decode(const json::Value& value, meta::RawExtension& out);
  static json::Value encode(const meta::RawExtension& extension) { return extension.raw; }
};

}  // namespace annex::schema
