// Hooks: members of a user's object that annex finds by name, and refuses if their signature is
// not one that it could call.
//
// An object of any class is given with a resource; these of its members are used, each optional:
//   void default_object(V&)                               V: the struct of a version, or several
//   void prepare_create(T&)
//   void prepare_update(T&, const T& old)
//   void validate(const T&, FieldErrors&)                 on create and on update
//   void validate_create(const T&, FieldErrors&)          on create only
//   void validate_update(const T&, const T& old, FieldErrors&)
//   Result<void> admit(Operation, T* object, const T* old)                      mutating admission
//   Result<void> validate_admission(Operation, const T* object, const T* old)   validating
//   std::vector<std::string> warn(const T&)               texts for Warning headers
//   std::vector<Column<T>> columns()                      of tables, between Name and Age
//   std::vector<SelectableField<T>> selectable_fields()
// Admission is told of deletions, too (`object` is null), and of creations (`old` is null).
// T is the resource's hub struct. All but default_object, columns and selectable_fields may take a
// `const HookContext&` first. They are called from many threads at once and, while a write is tried
// again, more than once for a request.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "annex/admission/plugin.h"
#include "annex/json/value.h"
#include "annex/registry/strategy.h"
#include "annex/schema/field_error.h"

namespace annex {

using registry::HookContext;
using registry::Operation;
using schema::FieldErrors;
using schema::FieldPath;

/// One column of a resource's table.
template <typename T>
struct Column {
  std::string name{};                           ///< its head
  std::string type = "string";                  ///< integer, number, string, boolean or date
  std::string description{};                    ///< for who asks what it says
  std::function<json::Value(const T&)> cell{};  ///< of one object
  int priority = 0;                             ///< above 0: only with `-o wide`
};

/// A field by which lists can be selected, such as `spec.flour`.
template <typename T>
struct SelectableField {
  std::string path{};                            ///< "spec.flour"
  std::function<std::string(const T&)> value{};  ///< compared as text
};

/// The hooks of a resource that has none.
struct NoHooks {};

namespace detail {

/// `has_<hook>`: mixing a hook's name in twice makes naming it ambiguous: that tells whether `H`
/// has a member of that name, whatever its type, overloads and templates included. `<hook>_call`:
/// the hook as something that can be called, or be found not to be callable.
#define ANNEX_HOOK_NAME(hook)                                                               \
  struct hook##_name {                                                                      \
    int hook;                                                                               \
  };                                                                                        \
  template <typename H>                                                                     \
  struct hook##_mixed : H, hook##_name {};                                                  \
  template <typename H, typename = void>                                                    \
  struct has_##hook : std::true_type {};                                                    \
  template <typename H>                                                                     \
  struct has_##hook<H, std::void_t<decltype(&hook##_mixed<H>::hook)>> : std::false_type {}; \
  template <typename H>                                                                     \
  struct hook##_call {                                                                      \
    std::shared_ptr<H> hooks;                                                               \
    /* `Self`, so that a private hook is none that can be called rather than an error */    \
    template <typename... A, typename Self = H>                                             \
    auto operator()(A&&... arguments) const                                                 \
        -> decltype(std::declval<Self&>().hook(std::forward<A>(arguments)...)) {            \
      return hooks->hook(std::forward<A>(arguments)...);                                    \
    }                                                                                       \
  }

ANNEX_HOOK_NAME(default_object);
ANNEX_HOOK_NAME(prepare_create);
ANNEX_HOOK_NAME(prepare_update);
ANNEX_HOOK_NAME(validate);
ANNEX_HOOK_NAME(validate_create);
ANNEX_HOOK_NAME(validate_update);
ANNEX_HOOK_NAME(admit);
ANNEX_HOOK_NAME(validate_admission);
ANNEX_HOOK_NAME(warn);
ANNEX_HOOK_NAME(columns);
ANNEX_HOOK_NAME(selectable_fields);
#undef ANNEX_HOOK_NAME

struct OnlyBool {
  operator bool() const { return false; }  // NOLINT(google-explicit-constructor)
};

/// What only a mistaken hook takes in place of A: a temporary, where A is to be changed and a copy
/// would be changed instead, and something that is no pointer, where A is one.
template <typename A>
struct Mistaken {
  using Type = A;
};
template <typename A>
struct Mistaken<A&> {
  using Type = std::conditional_t<std::is_const_v<A>, A&, A>;
};
template <typename A>
struct Mistaken<A*> {
  using Type = OnlyBool;
};

template <typename Call, typename Indices, typename... A>
struct MistakenAt;
template <typename Call, std::size_t... kIndex, typename... A>
struct MistakenAt<Call, std::index_sequence<kIndex...>, A...> {
  /// True if `Call` takes the mistaken argument at one position.
  template <std::size_t kPosition, typename Argument>
  static constexpr bool kTaken =
      !std::is_same_v<Argument, typename Mistaken<Argument>::Type> &&
      std::is_invocable_v<
          Call, std::conditional_t<kIndex == kPosition, typename Mistaken<Argument>::Type, A>...>;
  static constexpr bool kAny = (... || kTaken<kIndex, A>);
};

template <typename R, typename Call, typename... A>
inline constexpr bool kGives = [] {
  if constexpr (std::is_invocable_v<Call, A...>) {
    return std::is_same_v<std::invoke_result_t<Call, A...>, R>;
  } else {
    return false;
  }
}();

/// True if the hook can be called with these arguments, of which it may change those that are
/// references to what is not const, and has exactly this result.
template <typename R, typename Call, typename... A>
inline constexpr bool kTakes =
    kGives<R, Call, A...> && !MistakenAt<Call, std::index_sequence_for<A...>, A...>::kAny;

/// `call(arguments...)` or `call(context, arguments...)`, whichever the hook takes.
template <typename R, typename Call, typename... A>
R call_hook(Call call, const HookContext& context, A&&... arguments) {
  if constexpr (kGives<R, Call, const HookContext&, A...>) {
    return call(context, std::forward<A>(arguments)...);
  } else {
    return call(std::forward<A>(arguments)...);
  }
}

template <typename R, typename Call, typename... A>
inline constexpr bool kIsHook = kTakes<R, Call, A...> || kTakes<R, Call, const HookContext&, A...>;

}  // namespace detail
}  // namespace annex
