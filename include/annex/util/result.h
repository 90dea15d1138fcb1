// Result<T>: the value that a call promised, or the reason why there is none.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "annex/util/error.h"

namespace annex::util {

/// A value of `T`, or an `E` that says why there is none. A value type: copied, moved and owned
/// like its content; not synchronised. `T` may be `void`.
template <typename T, typename E = Error>
class [[nodiscard]] Result {
  static_assert(!std::is_same_v<T, E>, "a Result needs two different types");

 public:
  /// What it holds if all went well.
  using Value = T;

  /// From what was promised, or from why there is none.
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(E error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  /// True if all went well.
  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// Each requires has_value().
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Requires: !has_value().
  E& error() & { return *std::get_if<1>(&state_); }
  const E& error() const& { return *std::get_if<1>(&state_); }
  E&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, E> state_;
};

/// Nothing, or why it failed.
template <typename E>
class [[nodiscard]] Result<void, E> {
 public:
  using Value = void;  ///< nothing

  Result() = default;
  /// Why it failed.
  Result(E error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  /// True if all went well.
  bool has_value() const { return !error_.has_value(); }
  /// As above.
  explicit operator bool() const { return has_value(); }

  /// Requires: !has_value().
  E& error() & { return *error_; }
  const E& error() const& { return *error_; }
  E&& error() && { return std::move(*error_); }

 private:
  std::optional<E> error_;
};

}  // namespace annex::util

namespace annex {
using util::Result;
}  // namespace annex
