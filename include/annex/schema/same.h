// same: whether two values of a described type are encoded alike, without encoding them.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "annex/schema/codec.h"
#include "annex/schema/detail/shape.h"

namespace annex::schema {

/// True only if both are encoded alike, told without encoding what is known to be compared. Values
/// of a type with a codec of its own are encoded all the same.
template <typename M>
bool same(const M& a, const M& b) {
  if constexpr (detail::DescribedObject<M>) {
    return Codec<M>::same(a, b);
  } else if constexpr (detail::Content<M>::kOptional) {
    return static_cast<bool>(a) == static_cast<bool>(b) && (!a || same(*a, *b));
  } else if constexpr (detail::kIsList<M>) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      // std::vector<bool> has no elements to refer to.
      const typename M::value_type& x = a[i];
      const typename M::value_type& y = b[i];
      if (!same(x, y)) return false;
    }
    return true;
  } else if constexpr (detail::kIsMap<M>) {
    if (a.size() != b.size()) return false;
    for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y) {
      if (x->first != y->first || !same(x->second, y->second)) return false;
    }
    return true;
  } else if constexpr (kEqualIsSame<M>) {
    return a == b;
  } else {
    return Codec<M>::encode(a) == Codec<M>::encode(b);
  }
}

/// True only if decoding `value` into `blank` would succeed and give what is encoded as `object`
/// is; told without decoding what is known to be compared. May be false all the same, where a map's
/// members are not in order. `blank` has T's initialisers and is used up.
template <typename M>
bool same_once_decoded(const json::Value& value, M& blank, const M& object) {
  if constexpr (detail::DescribedObject<M>) {
    return Codec<M>::same_once_decoded(value, blank, object);
  } else if constexpr (detail::Content<M>::kOptional) {
    if (value.is_null() || !object) return value.is_null() && !object;
    typename detail::Content<M>::Type content{};
    return same_once_decoded(value, content, *object);
  } else if constexpr (detail::kIsList<M>) {
    if (!value.is_array() || value.as_array().size() != object.size()) return false;
    for (std::size_t i = 0; i < object.size(); ++i) {
      typename M::value_type item{};
      const typename M::value_type& expected = object[i];
      if (!same_once_decoded(value.as_array()[i], item, expected)) return false;
    }
    return true;
  } else if constexpr (detail::kIsMap<M>) {
    if (!value.is_object() || value.as_object().size() != object.size()) return false;
    auto member = value.as_object().begin();
    for (const auto& expected : object) {
      typename M::mapped_type item{};
      if (member->name != expected.first ||
          !same_once_decoded(member->value, item, expected.second)) {
        return false;
      }
      ++member;
    }
    return true;
  } else if constexpr (std::is_same_v<M, std::string>) {
    return value.is_string() && value.as_string() == object;
  } else if constexpr (std::is_same_v<M, json::Value>) {
    return value == object;
  } else {
    return Codec<M>::decode(value, blank) && same(std::as_const(blank), object);
  }
}

}  // namespace annex::schema
