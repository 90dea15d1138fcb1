// same: whether two values of a described type are encoded alike.
#pragma once

#include <cstddef>
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

}  // namespace annex::schema
