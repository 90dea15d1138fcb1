// What a member's C++ type is to its description: told of the type alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace annex::schema {

template <typename T>
class Object;
template <typename E>
class Enum;

namespace detail {

template <typename T>
concept DescribedObject = std::is_class_v<T> && requires(Object<T>& object) {
  describe(object);
};
template <typename T>
concept DescribedEnum = std::is_enum_v<T> && requires(Enum<T>& e) {
  describe(e);
};

/// What a member is once optional and owning pointers are taken off.
template <typename M>
struct Content {
  using Type = M;
  static constexpr bool kOptional = false;
};
template <typename M>
struct Content<std::optional<M>> {
  using Type = M;
  static constexpr bool kOptional = true;
};
template <typename M>
struct Content<std::unique_ptr<M>> {
  using Type = M;
  static constexpr bool kOptional = true;
};
template <typename M>
inline constexpr bool kIsList = false;
template <typename M>
inline constexpr bool kIsList<std::vector<M>> = !std::is_same_v<M, std::uint8_t>;
template <typename M>
inline constexpr bool kIsMap = false;
template <typename M>
inline constexpr bool kIsMap<std::map<std::string, M>> = true;

}  // namespace detail

}  // namespace annex::schema
