// describe: the one function a user writes for a type. From it come JSON, OpenAPI, defaults and
// validation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "annex/schema/codec.h"
#include "annex/schema/detail/member_count.h"
#include "annex/schema/detail/shape.h"
#include "annex/schema/field.h"
#include "annex/schema/same.h"
#include "annex/schema/type.h"

namespace annex::schema {

/// A description that cannot be used; thrown while the server is put together. The text names the
/// type and the field.
class DescribeError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace detail {

/// A member of the struct that is encoded whose JSON is at hand, in normal form.
struct EncodedMember {
  const void* member = nullptr;  ///< its address
  json::Value* value = nullptr;  ///< taken
};

/// The part of Object<T> that does not depend on T. What it does with a field depends on which of
/// its jobs it was made for.
class ObjectBase {
 public:
  enum class Job { kDescribe, kDecode, kEncode, kCompare, kCompareDecoded };

 protected:
  ObjectBase(Job job, DescribeContext* context, TypeId type, const json::Value* source,
             json::Object* target)
      : job_(job), context_(context), type_(type), source_(source), target_(target) {}

  /// The member of the source, null if it is absent. Most stand in the order in which they are
  /// described.
  const json::Value* next_source(std::string_view name);
  /// The property of the type that is encoded.
  const Property* next_property(std::string_view name);
  /// Of the type that is encoded: true if normalize() would drop the value.
  bool is_left_out(const Property& property, const json::Value& value) const;

  Property* add_property(std::string_view name, std::string_view description, TypeId type,
                         std::optional<json::Value> initial);
  /// Checks names and the number of described members. Throws DescribeError.
  void finish(std::string_view cpp_name, std::size_t expected) const;

  const Job job_;
  DescribeContext* const context_;
  const TypeId type_;
  const json::Value* const source_;
  json::Object* const target_;
  const TypeTable* table_ = nullptr;  // of the type that is encoded, if all that counts is its form
  EncodedMember encoded_{};
  std::size_t next_ = 0;  // where the next source or property most likely is
  bool fits_ = true;
  bool partial_ = false;
  std::size_t described_ = 0;
  std::vector<std::pair<const void*, std::size_t>> bases_;  // tag, number of members
};

/// "LoafSpec" for bakery::v1::LoafSpec.
template <typename T>
constexpr std::string_view short_name() {
#if defined(__clang__)
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(text.find("T = ") + 4);
  text = text.substr(0, text.rfind(']'));
#else
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
#endif
  const std::size_t colon = text.rfind("::");
  return colon == std::string_view::npos ? text : text.substr(colon + 2);
}

/// One address a type.
template <typename T>
inline constexpr char kTag = 0;

/// The whole name of a type, of static storage duration.
template <typename T>
constexpr std::string_view full_name() {
  return __PRETTY_FUNCTION__;
}

/// A string type with these texts, each of a value. Throws DescribeError for none, and for a text
/// or a value that is there twice.
TypeId add_enum(DescribeContext& context, std::string_view cpp_name,
                const std::vector<std::pair<std::int64_t, std::string>>& values);
/// Names the root, brings defaults and initial values into normal form and checks them. Throws
/// DescribeError.
void finish_types(TypeTable& table, std::size_t first, TypeId root, std::string_view name);

/// True if the member is seen to be as it is at first, and absent then. May be false all the same.
template <typename M>
bool is_initial(const Property& property, const M& member) {
  if (!property.initial) return false;
  const json::Value& initial = *property.initial;
  if constexpr (std::is_same_v<M, std::string>) {
    return initial.is_string() && initial.as_string() == member;
  } else if constexpr (kIsList<M>) {
    return member.empty() && initial.is_array() && initial.as_array().empty();
  } else if constexpr (kIsMap<M>) {
    return member.empty() && initial.is_object() && initial.as_object().empty();
  } else {
    return false;
  }
}

/// Reserves the type's place, or finds it: true if it must still be described.
bool begin_object(DescribeContext& context, const void* tag, std::string_view short_name,
                  std::string_view full_name, TypeId& id);

}  // namespace detail

/// The description of one struct, handed to its `describe`. Lives for that call; one thread.
template <typename T>
class Object : private detail::ObjectBase {
 public:
  /// Describes one member. `name` is its JSON name.
  template <auto kMember>
  auto field(std::string_view name, std::string_view description) {
    return add<kMember>(name, description, kMember);
  }

  /// Of the type, for OpenAPI and `kubectl explain`.
  Object& description(std::string_view text) {
    if (job_ == Job::kDescribe) context_->table.at(type_).description = text;
    return *this;
  }
  /// Members that no field() mentions are meant to be left out.
  Object& partial() {
    partial_ = true;
    return *this;
  }
  /// The type's name in OpenAPI documents, instead of one made from group, version and C++ name.
  Object& model_name(std::string_view name) {
    if (job_ == Job::kDescribe) context_->table.at(type_).name = name;
    return *this;
  }
  /// Apply replaces objects of this type as a whole, wherever they are.
  Object& atomic() {
    if (job_ == Job::kDescribe) context_->table.at(type_).atomic = true;
    return *this;
  }
  /// Members that are not described are kept as they are.
  Object& preserve_unknown() {
    if (job_ == Job::kDescribe) context_->table.at(type_).preserve_unknown = true;
    return *this;
  }

 private:
  friend struct Codec<T, void>;

  Object(Job job, T* object, DescribeContext* context, TypeId type, const json::Value* source,
         json::Object* target)
      : ObjectBase(job, context, type, source, target), object_(object) {}
  /// Compares; neither object is changed.
  Object(T* object, T* other)
      : ObjectBase(Job::kCompare, nullptr, 0, nullptr, nullptr), object_(object), other_(other) {}
  /// Compares with what `source` would be, once decoded into `blank`.
  Object(T* object, const json::Value* source, T* blank)
      : ObjectBase(Job::kCompareDecoded, nullptr, 0, source, nullptr),
        object_(object),
        other_(blank) {}

  template <auto kMember, typename M, typename C>
  Field<M> add(std::string_view name, std::string_view description, M C::*) {
    static_assert(std::is_base_of_v<C, T>, "field() takes a member of the described struct");
    static_assert(!std::is_pointer_v<M>,
                  "a raw pointer cannot be described: use std::optional or std::unique_ptr");
    static_assert(!std::is_reference_v<M> && !std::is_union_v<M>,
                  "references and unions cannot be described");
    M& member = object_->*kMember;
    if (job_ == Job::kDecode) {
      const json::Value* value = next_source(name);
      if (value != nullptr && !value->is_null()) fits_ = Codec<M>::decode(*value, member) && fits_;
      return Field<M>(nullptr);
    }
    if (job_ == Job::kEncode) {
      encode_member(name, member);
      return Field<M>(nullptr);
    }
    if (job_ == Job::kCompare) {
      // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): this job has another object
      fits_ = fits_ && same(std::as_const(member), std::as_const(other_->*kMember));
      return Field<M>(nullptr);
    }
    if (job_ == Job::kCompareDecoded) {
      compare_decoded(name, std::as_const(member), other_->*kMember);
      return Field<M>(nullptr);
    }
    if constexpr (!std::is_same_v<C, T>) note_base<C>();
    std::optional<json::Value> initial;
    if constexpr (!detail::Content<M>::kOptional) initial = Codec<M>::encode(member);
    context_->owner = type_;
    context_->member = name;
    const TypeId type = Codec<M>::describe(*context_);
    return Field<M>(add_property(name, description, type, std::move(initial)));
  }

  template <typename M>
  void encode_member(std::string_view name, const M& member) {
    const Property* property = table_ == nullptr ? nullptr : next_property(name);
    if constexpr (detail::Content<M>::kOptional) {
      if (!member) return;
    } else {
      if (property != nullptr && detail::is_initial(*property, member)) return;
    }
    json::Value value;
    if (&member == encoded_.member) {
      value = std::move(*encoded_.value);
    } else if constexpr (detail::DescribedObject<M>) {
      value = property == nullptr ? Codec<M>::encode(member)
                                  : Codec<M>::encode(member, *table_, property->type);
    } else {
      value = Codec<M>::encode(member);
    }
    if (value.is_null() || (property != nullptr && is_left_out(*property, value))) return;
    target_->append(std::string(name), std::move(value));
  }

  template <typename M>
  void compare_decoded(std::string_view name, const M& member, M& blank) {
    if (!fits_) return;
    const json::Value* value = next_source(name);
    fits_ = value == nullptr || value->is_null() ? same(std::as_const(blank), member)
                                                 : same_once_decoded(*value, blank, member);
  }

  template <typename C>
  void note_base() {
    for (const auto& base : bases_) {
      if (base.first == &detail::kTag<C>) return;
    }
    bases_.emplace_back(&detail::kTag<C>, detail::member_count<C>());
  }

  T* const object_;
  T* const other_ = nullptr;
};

/// Structs that have a `describe`.
template <typename T>
struct Codec<T, std::enable_if_t<detail::DescribedObject<T>>> {
  /// As Codec's; a type that contains itself is described once.
  static TypeId describe(DescribeContext& context) {
    TypeId id = 0;
    if (!detail::begin_object(context, &detail::kTag<T>, detail::short_name<T>(),
                              detail::full_name<T>(), id)) {
      return id;
    }
    T object{};
    Object<T> description(Object<T>::Job::kDescribe, &object, &context, id, nullptr, nullptr);
    describe_by_adl(description);
    description.finish(detail::short_name<T>(), detail::member_count<T>());
    return id;
  }

  /// As Codec's; members that are not described are left out.
  static bool decode(const json::Value& value, T& out) {
    if (!value.is_object()) return false;
    Object<T> reader(Object<T>::Job::kDecode, &out, nullptr, 0, &value, nullptr);
    describe_by_adl(reader);
    return reader.fits_;
  }

  /// As Codec's.
  static json::Value encode(const T& value) { return encode(value, nullptr, 0, {}); }

  /// As above, of a type of `table`: much of what normalize() would drop is not even made.
  static json::Value encode(const T& value, const TypeTable& table, TypeId type,
                            detail::EncodedMember encoded = {}) {
    return encode(value, &table, type, encoded);
  }

  /// See same.h.
  static bool same(const T& a, const T& b) {
    Object<T> comparer(const_cast<T*>(&a), const_cast<T*>(&b));
    describe_by_adl(comparer);
    return comparer.fits_;
  }
  static bool same_once_decoded(const json::Value& value, T& blank, const T& object) {
    if (!value.is_object()) return false;
    Object<T> comparer(const_cast<T*>(&object), &value, &blank);
    describe_by_adl(comparer);
    return comparer.fits_;
  }

 private:
  static json::Value encode(const T& value, const TypeTable* table, TypeId type,
                            detail::EncodedMember encoded) {
    json::Object members;
    if constexpr (detail::member_count<T>() != detail::kUncounted) {
      members.reserve(detail::member_count<T>());
    }
    // Encoding only reads the members; one builder serves all jobs.
    Object<T> writer(Object<T>::Job::kEncode, const_cast<T*>(&value), nullptr, type, nullptr,
                     &members);
    writer.table_ = table;
    writer.encoded_ = encoded;
    describe_by_adl(writer);
    return members;
  }

  static void describe_by_adl(Object<T>& object);
};

namespace detail {
template <typename D>
void call_describe(D& description) {
  describe(description);
}
}  // namespace detail

template <typename T>
void Codec<T, std::enable_if_t<detail::DescribedObject<T>>>::describe_by_adl(Object<T>& object) {
  detail::call_describe(object);
}

/// The description of one enum, handed to its `describe`. Each value has one text.
template <typename E>
class Enum {
 public:
  /// One of the values, and how it is written.
  Enum& value(E value, std::string_view text) {
    values_.emplace_back(value, text);
    return *this;
  }
  /// All that were given, in order.
  const std::vector<std::pair<E, std::string>>& values() const { return values_; }

 private:
  std::vector<std::pair<E, std::string>> values_;
};

/// Enums that have a `describe`. A text that is not declared decodes to the member's initialiser:
/// that is what hooks see of it. The document keeps the text (carry_changes.h), for validation to
/// refuse.
template <typename E>
struct Codec<E, std::enable_if_t<detail::DescribedEnum<E>>> {
  static TypeId describe(DescribeContext& context) {
    std::vector<std::pair<std::int64_t, std::string>> texts;
    const Enum<E> values = described();
    for (const auto& value : values.values()) {
      texts.emplace_back(static_cast<std::int64_t>(value.first), value.second);
    }
    return detail::add_enum(context, detail::short_name<E>(), texts);
  }
  static bool decode(const json::Value& value, E& out) {
    if (!value.is_string()) return false;
    const Enum<E> values = described();
    for (const auto& candidate : values.values()) {
      if (candidate.second == value.as_string()) out = candidate.first;
    }
    return true;
  }
  static json::Value encode(E value) {
    const Enum<E> values = described();
    for (const auto& candidate : values.values()) {
      if (candidate.first == value) return candidate.second;
    }
    return "";
  }

 private:
  static Enum<E> described() {
    Enum<E> values;
    detail::call_describe(values);
    return values;
  }
};

/// Adds T and all that it contains to the table; the root's name is `name`, its parts are named
/// after `name`'s prefix. Throws DescribeError, naming type and field.
template <typename T>
TypeId describe_type(TypeTable& table, std::string_view name) {
  static_assert(detail::DescribedObject<T>, "the type needs a describe(annex::schema::Object<T>&)");
  DescribeContext context{table, std::string(name.substr(0, name.rfind('.'))), {}};
  const std::size_t first = table.size();
  const TypeId id = Codec<T>::describe(context);
  detail::finish_types(table, first, id, name);
  return id;
}

}  // namespace annex::schema
