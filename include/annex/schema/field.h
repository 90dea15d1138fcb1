// Field: what is said of one member of a described struct.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "annex/schema/codec.h"
#include "annex/schema/detail/shape.h"
#include "annex/schema/type.h"

namespace annex::schema {

/// The options of one member, chained behind Object::field. Lives for that expression.
template <typename M>
class Field {
  using Content = typename detail::Content<M>::Type;
  static constexpr bool kText = std::is_same_v<Content, std::string>;
  static constexpr bool kNumber = std::is_arithmetic_v<Content> && !std::is_same_v<Content, bool>;
  static constexpr bool kList = detail::kIsList<Content>;

 public:
  /// `property` is null while values are decoded or encoded: then every option is a no-op.
  explicit Field(Property* property) : property_(property) {}

  /// Must be present; its absence is a 422.
  Field& required() {
    static_assert(!detail::Content<M>::kOptional, "an optional member cannot be required");
    return set([](Property& p) { p.required = true, p.initial.reset(); });
  }
  /// Filled in with the member's initialiser where absent, always written, and documented.
  Field& defaulted() {
    static_assert(!detail::Content<M>::kOptional,
                  "an optional member has no initialiser to default to: give defaulted(value)");
    return set([](Property& p) { p.default_value = std::exchange(p.initial, std::nullopt); });
  }
  Field& defaulted(Content value) {
    return set([&](Property& p) {
      p.default_value = Codec<Content>::encode(value);
      p.initial.reset();
    });
  }
  /// Each bounds the value, or the length of a text; the limit itself is allowed.
  Field& minimum(double limit) {
    static_assert(kNumber, "minimum applies to numbers");
    return set([&](Property& p) { p.constraints.minimum = limit; });
  }
  Field& maximum(double limit) {
    static_assert(kNumber, "maximum applies to numbers");
    return set([&](Property& p) { p.constraints.maximum = limit; });
  }
  Field& min_length(std::size_t limit) {
    static_assert(kText, "min_length applies to strings");
    return set([&](Property& p) { p.constraints.min_length = limit; });
  }
  Field& max_length(std::size_t limit) {
    static_assert(kText, "max_length applies to strings");
    return set([&](Property& p) { p.constraints.max_length = limit; });
  }
  /// An ECMAScript regular expression that must be found in the text.
  Field& pattern(std::string expression) {
    static_assert(kText, "pattern applies to strings");
    return set([&](Property& p) { p.constraints.pattern = std::move(expression); });
  }
  /// Each bounds the number of items; the limit itself is allowed.
  Field& min_items(std::size_t limit) {
    static_assert(kList, "min_items applies to lists");
    return set([&](Property& p) { p.constraints.min_items = limit; });
  }
  Field& max_items(std::size_t limit) {
    static_assert(kList, "max_items applies to lists");
    return set([&](Property& p) { p.constraints.max_items = limit; });
  }
  /// The list is a set: each item at most once.
  Field& list_set() {
    static_assert(kList, "list_set applies to lists");
    return set([](Property& p) { p.list_type = ListType::kSet; });
  }
  /// The list is a map: items are told apart by these members.
  template <typename... Keys>
  Field& list_map(Keys... keys) {
    static_assert(kList, "list_map applies to lists");
    static_assert(sizeof...(keys) > 0, "list_map needs the names of its keys");
    return set([&](Property& p) {
      p.list_type = ListType::kMap;
      p.list_keys = {std::string(keys)...};
    });
  }
  /// Updates may neither change nor set nor remove it: it is as it was when the object was made.
  Field& immutable() {
    return set([](Property& p) { p.immutable = true; });
  }
  /// Apply merges a set or a map as such, but validation lets its items repeat.
  Field& duplicates_allowed() {
    static_assert(kList, "duplicates_allowed applies to lists");
    return set([](Property& p) { p.duplicates_allowed = true; });
  }
  /// The map or object is replaced as a whole by apply.
  Field& map_atomic() {
    static_assert(detail::kIsMap<Content> || std::is_class_v<Content>,
                  "map_atomic applies to maps and objects");
    return set([](Property& p) { p.map_atomic = true; });
  }
  /// Reserved for protobuf.
  Field& number(std::uint32_t field_number) {
    return set([&](Property& p) { p.number = field_number; });
  }

 private:
  template <typename Change>
  Field& set(Change change) {
    if (property_ != nullptr) change(*property_);
    return *this;
  }

  Property* property_;
};

}  // namespace annex::schema
