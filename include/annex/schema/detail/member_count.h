// How many members an aggregate has, so that none is forgotten in its description.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace annex::schema::detail {

/// Converts to the type of any member; never called. It has a body all the same: clang warns of an
/// undefined function where M is of an unnamed namespace.
template <typename T>
struct AnyMember {
  template <typename M>
  requires(!std::is_same_v<M, T>) operator M() const {  // NOLINT(google-explicit-constructor)
    __builtin_unreachable();
  }
};

template <typename T, std::size_t... kIndex>
constexpr bool takes(std::index_sequence<kIndex...>) {
  return requires { T{(static_cast<void>(kIndex), AnyMember<T>{})...}; };
}

inline constexpr std::size_t kUncounted = static_cast<std::size_t>(-1);

template <typename T, std::size_t kCount>
constexpr std::size_t count_from() {
  if constexpr (takes<T>(std::make_index_sequence<kCount + 1>())) {
    return count_from<T, kCount + 1>();
  } else {
    return kCount;
  }
}

/// The number of members and bases of an aggregate; kUncounted for other classes.
template <typename T>
constexpr std::size_t member_count() {
  if constexpr (std::is_aggregate_v<T>) {
    return count_from<T, 0>();
  } else {
    return kUncounted;
  }
}

}  // namespace annex::schema::detail
