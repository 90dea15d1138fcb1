// How a C++ type appears in the type table and in JSON. One specialisation a kind of type.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "annex/json/value.h"
#include "annex/schema/type.h"
#include "annex/util/result.h"

namespace annex::schema {

/// What describing types needs to know: the table, the prefix of their names, those already seen.
/// Lives for one description; one thread.
struct DescribeContext {
  TypeTable& table;                                    ///< that is filled
  std::string prefix{};                                ///< such as "com.example.bakery.v1"
  std::vector<std::pair<const void*, TypeId>> seen{};  ///< by the address of the type's tag
  /// The member that is being described, for errors about what it is made of.
  TypeId owner{};
  std::string member{};  ///< its name in JSON
};

/// Bytes that are base64 in JSON.
struct Binary {
  std::string bytes{};  ///< as they are
  bool operator==(const Binary&) const = default;
};

namespace detail {
template <typename T>
inline constexpr bool kHasCodec = false;
}  // namespace detail

/// Specialised for every type that may be a member:
/// - `static TypeId describe(DescribeContext&)`
/// - `static bool decode(const json::Value&, T&)`; false for a wrong JSON type, then T is as it was
///   or partly set
/// - `static json::Value encode(const T&)`
///
/// A struct or an enum with a `describe` needs none.
template <typename T, typename = void>
struct Codec {
  static_assert(detail::kHasCodec<T>,
                "this type cannot be described: give it a describe(annex::schema::Object<T>&) or "
                "describe(annex::schema::Enum<T>&), or use one of the types in "
                "annex/schema/codec.h and annex/meta");
  static TypeId describe(DescribeContext& context);      ///< as above
  static bool decode(const json::Value& value, T& out);  ///< as above
  static json::Value encode(const T& value);             ///< as above
};

/// `value` as a T. BadRequest if it has not T's shape; members that are absent keep their
/// initialisers. Requires: `value` is normalised. Any thread.
template <typename T>
Result<T> decode(const json::Value& value) {
  T object{};
  if (!Codec<T>::decode(value, object))
    return Error::bad_request("value does not fit its C++ type");
  return object;
}

/// `object` in JSON, every member written that is not absent; normalise() brings it into its form.
template <typename T>
json::Value encode(const T& object) {
  return Codec<T>::encode(object);
}

/// True for types whose equal values are encoded alike.
template <typename T>
inline constexpr bool kEqualIsSame =
    std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, std::string> ||
    std::is_same_v<T, json::Value> || std::is_same_v<T, Binary> ||
    std::is_same_v<T, std::vector<std::uint8_t>>;

namespace detail {

/// Adds a type without a name.
TypeId add_scalar(DescribeContext& context, Kind kind, Format format);
TypeId add_container(DescribeContext& context, Kind kind, TypeId element);

/// A base of codecs whose type in the table is a plain scalar.
template <Kind kKind, Format kFormat = Format::kNone>
struct ScalarCodec {
  static TypeId describe(DescribeContext& context) { return add_scalar(context, kKind, kFormat); }
};

}  // namespace detail

template <>
struct Codec<std::string> : detail::ScalarCodec<Kind::kString> {
  static bool decode(const json::Value& value, std::string& out);
  static json::Value encode(const std::string& text) { return text; }
};

template <>
struct Codec<bool> : detail::ScalarCodec<Kind::kBoolean> {
  static bool decode(const json::Value& value, bool& out);
  static json::Value encode(bool flag) { return flag; }
};

template <>
struct Codec<std::int32_t> : detail::ScalarCodec<Kind::kInteger, Format::kInt32> {
  static bool decode(const json::Value& value, std::int32_t& out);
  static json::Value encode(std::int32_t number) { return number; }
};

template <>
struct Codec<std::int64_t> : detail::ScalarCodec<Kind::kInteger, Format::kInt64> {
  static bool decode(const json::Value& value, std::int64_t& out);
  static json::Value encode(std::int64_t number) { return number; }
};

template <>
struct Codec<double> : detail::ScalarCodec<Kind::kNumber, Format::kDouble> {
  static bool decode(const json::Value& value, double& out);
  static json::Value encode(double number) { return number; }
};

template <>
struct Codec<Binary> : detail::ScalarCodec<Kind::kString, Format::kByte> {
  static bool decode(const json::Value& value, Binary& out);
  static json::Value encode(const Binary& binary);
};

/// Bytes too, as base64.
template <>
struct Codec<std::vector<std::uint8_t>> : detail::ScalarCodec<Kind::kString, Format::kByte> {
  static bool decode(const json::Value& value, std::vector<std::uint8_t>& out);
  static json::Value encode(const std::vector<std::uint8_t>& bytes);
};

/// Free-form JSON, kept as it is.
template <>
struct Codec<json::Value> : detail::ScalarCodec<Kind::kAny> {
  static bool decode(const json::Value& value, json::Value& out);
  static json::Value encode(const json::Value& value) { return value; }
};

template <typename T>
struct Codec<std::vector<T>> {
  static TypeId describe(DescribeContext& context) {
    return detail::add_container(context, Kind::kList, Codec<T>::describe(context));
  }
  static bool decode(const json::Value& value, std::vector<T>& out) {
    if (!value.is_array()) return false;
    out.clear();
    out.reserve(value.as_array().size());
    for (const json::Value& item : value.as_array()) {
      T element{};
      if (!Codec<T>::decode(item, element)) return false;
      out.push_back(std::move(element));
    }
    return true;
  }
  static json::Value encode(const std::vector<T>& list) {
    json::Array array;
    array.reserve(list.size());
    for (const T& element : list) array.push_back(Codec<T>::encode(element));
    return array;
  }
};

template <typename T>
struct Codec<std::map<std::string, T>> {
  static TypeId describe(DescribeContext& context) {
    return detail::add_container(context, Kind::kMap, Codec<T>::describe(context));
  }
  static bool decode(const json::Value& value, std::map<std::string, T>& out) {
    if (!value.is_object()) return false;
    out.clear();
    for (const json::Member& member : value.as_object()) {
      if (!Codec<T>::decode(member.value, out[member.name])) return false;
    }
    return true;
  }
  static json::Value encode(const std::map<std::string, T>& map) {
    json::Object object;
    object.reserve(map.size());
    for (const auto& entry : map) object.append(entry.first, Codec<T>::encode(entry.second));
    return object;
  }
};

/// Absent or present: null in JSON stands for absent.
template <typename T>
struct Codec<std::optional<T>> {
  static TypeId describe(DescribeContext& context) { return Codec<T>::describe(context); }
  static bool decode(const json::Value& value, std::optional<T>& out) {
    out.reset();
    return value.is_null() || Codec<T>::decode(value, out.emplace());
  }
  static json::Value encode(const std::optional<T>& value) {
    return value ? Codec<T>::encode(*value) : json::Value();
  }
};

/// As std::optional, for types that contain themselves.
template <typename T>
struct Codec<std::unique_ptr<T>> {
  static TypeId describe(DescribeContext& context) { return Codec<T>::describe(context); }
  static bool decode(const json::Value& value, std::unique_ptr<T>& out) {
    out.reset();
    if (value.is_null()) return true;
    out = std::make_unique<T>();
    return Codec<T>::decode(value, *out);
  }
  static json::Value encode(const std::unique_ptr<T>& value) {
    return value ? Codec<T>::encode(*value) : json::Value();
  }
};

}  // namespace annex::schema
