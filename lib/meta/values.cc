#include "annex/meta/quantity.h"
#include "annex/meta/time.h"
#include "annex/schema/formats.h"

namespace annex::meta {

Result<Quantity> Quantity::parse(std::string_view text) {
  Result<std::string> canonical = schema::canonical_quantity(text);
  if (!canonical) return std::move(canonical).error();
  Quantity quantity;
  quantity.text_ = std::move(*canonical);
  return quantity;
}

std::strong_ordering operator<=>(const Quantity& a, const Quantity& b) {
  return schema::compare_quantities(a.text_, b.text_) <=> 0;
}

}  // namespace annex::meta

namespace annex::schema {

bool Codec<meta::Time>::decode(const json::Value& value, meta::Time& out) {
  const auto time = value.is_string() ? parse_rfc3339(value.as_string()) : std::nullopt;
  if (time) out.at = *time;
  return time.has_value();
}

json::Value Codec<meta::Time>::encode(const meta::Time& time) { return write_rfc3339(time.at); }

bool Codec<meta::MicroTime>::decode(const json::Value& value, meta::MicroTime& out) {
  const auto time = value.is_string() ? parse_rfc3339(value.as_string()) : std::nullopt;
  if (time) out.at = *time;
  return time.has_value();
}

json::Value Codec<meta::MicroTime>::encode(const meta::MicroTime& time) {
  return write_rfc3339_micro(time.at);
}

bool Codec<meta::Duration>::decode(const json::Value& value, meta::Duration& out) {
  const auto length = value.is_string() ? parse_go_duration(value.as_string()) : std::nullopt;
  if (length) out.length = std::chrono::nanoseconds(*length);
  return length.has_value();
}

json::Value Codec<meta::Duration>::encode(const meta::Duration& duration) {
  return write_go_duration(duration.length.count());
}

bool Codec<meta::Quantity>::decode(const json::Value& value, meta::Quantity& out) {
  if (!value.is_string()) return false;
  Result<meta::Quantity> quantity = meta::Quantity::parse(value.as_string());
  if (!quantity) return false;
  out = std::move(*quantity);
  return true;
}

bool Codec<meta::IntOrString>::decode(const json::Value& value, meta::IntOrString& out) {
  if (value.is_string()) {
    out.value = value.as_string();
    return true;
  }
  std::int32_t number = 0;
  if (!Codec<std::int32_t>::decode(value, number)) return false;
  out.value = number;
  return true;
}

json::Value Codec<meta::IntOrString>::encode(const meta::IntOrString& value) {
  const auto* number = std::get_if<std::int32_t>(&value.value);
  return number != nullptr ? json::Value(*number)
                           : json::Value(*std::get_if<std::string>(&value.value));
}

bool Codec<meta::RawExtension>::decode(const json::Value& value, meta::RawExtension& out) {
  out.raw = value;
  return true;
}

}  // namespace annex::schema
