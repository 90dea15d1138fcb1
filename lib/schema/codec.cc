#include "annex/schema/codec.h"

#include "annex/schema/formats.h"

namespace annex::schema {
namespace detail {

TypeId add_scalar(DescribeContext& context, Kind kind, Format format) {
  Type type;
  type.kind = kind;
  type.format = format;
  return context.table.add(std::move(type));
}

TypeId add_container(DescribeContext& context, Kind kind, TypeId element) {
  Type type;
  type.kind = kind;
  type.element = element;
  return context.table.add(std::move(type));
}

}  // namespace detail

bool Codec<std::string>::decode(const json::Value& value, std::string& out) {
  if (!value.is_string()) return false;
  out = value.as_string();
  return true;
}

bool Codec<bool>::decode(const json::Value& value, bool& out) {
  if (!value.is_bool()) return false;
  out = value.as_bool();
  return true;
}

bool Codec<std::int32_t>::decode(const json::Value& value, std::int32_t& out) {
  if (!value.is_int64() || value.as_int64() < INT32_MIN || value.as_int64() > INT32_MAX) {
    return false;
  }
  out = static_cast<std::int32_t>(value.as_int64());
  return true;
}

bool Codec<std::int64_t>::decode(const json::Value& value, std::int64_t& out) {
  if (!value.is_int64()) return false;
  out = value.as_int64();
  return true;
}

bool Codec<double>::decode(const json::Value& value, double& out) {
  if (!value.is_number()) return false;
  out = value.as_double();
  return true;
}

bool Codec<Binary>::decode(const json::Value& value, Binary& out) {
  if (!value.is_string()) return false;
  std::optional<std::string> bytes = parse_base64(value.as_string());
  if (!bytes) return false;
  out.bytes = std::move(*bytes);
  return true;
}

json::Value Codec<Binary>::encode(const Binary& binary) { return write_base64(binary.bytes); }

bool Codec<std::vector<std::uint8_t>>::decode(const json::Value& value,
                                              std::vector<std::uint8_t>& out) {
  Binary binary;
  if (!Codec<Binary>::decode(value, binary)) return false;
  out.assign(binary.bytes.begin(), binary.bytes.end());
  return true;
}

json::Value Codec<std::vector<std::uint8_t>>::encode(const std::vector<std::uint8_t>& bytes) {
  return write_base64(std::string(bytes.begin(), bytes.end()));
}

bool Codec<json::Value>::decode(const json::Value& value, json::Value& out) {
  out = value;
  return true;
}

}  // namespace annex::schema
