// json::Value: the JSON document that annex and its users share.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annex::json {

class Value;

/// One member of an object.
struct Member;
class NewMember;

/// An object's members in document order. Names are unique unless the document was read with
/// duplicates kept. Look-ups are linear: API objects have few members at each level.
class Object {
 public:
  Object();
  /// Of these members, in this order.
  Object(std::initializer_list<NewMember> members);
  Object(const Object& other);
  Object(Object&& other) noexcept;
  Object& operator=(const Object& other);
  Object& operator=(Object&& other) noexcept;
  ~Object();

  /// Each as of a container of members.
  bool empty() const;
  std::size_t size() const;

  /// The member's value, or null if there is none. The pointer lives until the object changes.
  Value* find(std::string_view name);
  const Value* find(std::string_view name) const;
  /// True if there is such a member.
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// The member's value; a null member is appended if there is none.
  Value& operator[](std::string_view name);
  /// Appends without looking for a member of the same name.
  Value& append(std::string name, Value value);
  /// As above, before `place`.
  Value& insert(std::vector<Member>::iterator place, std::string name, Value value);
  /// Replaces the member's value, or appends it.
  Value& set(std::string_view name, Value value);
  /// True if a member was removed; the order of the others stays.
  bool erase(std::string_view name);
  /// Removes all members that `unwanted` is true for.
  template <typename Unwanted>
  void remove_if(const Unwanted& unwanted);
  /// Each as of a container of members.
  void clear();
  void reserve(std::size_t count);
  std::vector<Member>::iterator begin();
  std::vector<Member>::iterator end();
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;

 private:
  std::vector<Member> members_;
};

using Array = std::vector<Value>;

/// A JSON value. Integers keep their 64 bits (signed where they fit, else unsigned) and are told
/// apart from floating-point numbers: `1` is an integer, `1.0` and `1e3` are not. A value type; not
/// synchronised. Copying, comparing and destroying recurse no deeper than a bound, so that a deep
/// value costs no more stack than a shallow one.
class Value {
 public:
  /// Null, or what is given.
  Value() = default;
  Value(std::nullptr_t) {}                          // NOLINT(google-explicit-constructor)
  Value(bool value) : Value(Kind::kBool, value) {}  // NOLINT(google-explicit-constructor)
  Value(int value) : Value(std::int64_t{value}) {}  // NOLINT(google-explicit-constructor)
  Value(std::int64_t value)                         // NOLINT(google-explicit-constructor)
      : Value(Kind::kInt64, static_cast<std::uint64_t>(value)) {}
  Value(std::uint64_t value)  // NOLINT(google-explicit-constructor)
      : Value(value <= INT64_MAX ? Kind::kInt64 : Kind::kUint64, value) {}
  Value(double value)  // NOLINT(google-explicit-constructor)
      : Value(Kind::kDouble, std::bit_cast<std::uint64_t>(value)) {}
  Value(const char* text) : Value(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Value(std::string text) noexcept                       // NOLINT(google-explicit-constructor)
      : kind_(Kind::kString), data_(std::move(text)) {}
  Value(std::string_view text) : Value(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Value(Array array) noexcept                                 // NOLINT(google-explicit-constructor)
      : kind_(Kind::kArray), data_(std::move(array)) {}
  Value(Object object) noexcept  // NOLINT(google-explicit-constructor)
      : kind_(Kind::kObject), data_(std::move(object)) {}

  /// All of it, copied or moved; what was moved is null.
  Value(const Value& other);
  Value(Value&& other) noexcept { take(other); }
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value() {
    if (kind_ >= Kind::kString) destroy_data();
  }

  /// Each is true of its own kind alone; a number is of the first kind that holds it whole.
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  bool is_int64() const { return kind_ == Kind::kInt64; }
  /// An integer above the range of int64.
  bool is_uint64() const { return kind_ == Kind::kUint64; }
  /// Each as above; an integer is one of both kinds, a number one of all three.
  bool is_integer() const { return is_int64() || is_uint64(); }
  bool is_double() const { return kind_ == Kind::kDouble; }
  bool is_number() const { return is_integer() || is_double(); }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_array() const { return kind_ == Kind::kArray; }
  bool is_object() const { return kind_ == Kind::kObject; }

  /// Each requires the matching is_...().
  bool as_bool() const { return data_.bits != 0; }
  std::int64_t as_int64() const { return static_cast<std::int64_t>(data_.bits); }
  std::uint64_t as_uint64() const { return data_.bits; }
  const std::string& as_string() const { return data_.text; }
  std::string& as_string() { return data_.text; }
  const Array& as_array() const { return data_.array; }
  Array& as_array() { return data_.array; }
  const Object& as_object() const { return data_.object; }
  Object& as_object() { return data_.object; }
  /// Any number, integers converted. Requires is_number().
  double as_double() const;

  /// The member of an object; null if this is no object or has no such member.
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  /// The string at a chain of members, or an empty one: `at_string({"metadata", "name"})`.
  const std::string& at_string(std::initializer_list<std::string_view> path) const;

  /// "null", "bool", "number", "string", "array" or "object", as Go's decoder names them.
  std::string_view type_name() const;

  /// Structural equality. Numbers compare by value (1 equals 1.0); the order of members is ignored.
  friend bool operator==(const Value& a, const Value& b);

 private:
  /// What owns memory comes last.
  enum class Kind : std::uint8_t {
    kNull,
    kBool,
    kInt64,
    kUint64,
    kDouble,
    kString,
    kArray,
    kObject,
  };

  /// Not a std::variant, which moves and destroys through a table of functions: much of what a
  /// request costs is values being moved and destroyed.
  union Data {
    Data() : bits(0) {}
    explicit Data(std::uint64_t scalar) : bits(scalar) {}
    explicit Data(std::string&& moved) noexcept : text(std::move(moved)) {}
    explicit Data(Array&& moved) noexcept : array(std::move(moved)) {}
    explicit Data(Object&& moved) noexcept : object(std::move(moved)) {}
    ~Data() {}  // NOLINT(modernize-use-equals-default): only the value knows what is in it

    std::uint64_t bits;  // of every scalar
    std::string text;
    Array array;
    Object object;
  };

  Value(Kind kind, std::uint64_t scalar) : kind_(kind), data_(scalar) {}

  /// Requires: this is null.
  void take(Value& other) noexcept {
    kind_ = std::exchange(other.kind_, Kind::kNull);
    if (kind_ < Kind::kString) {
      data_.bits = other.data_.bits;
    } else if (kind_ == Kind::kString) {
      relocate(other.data_.text, data_.text);
    } else if (kind_ == Kind::kArray) {
      relocate(other.data_.array, data_.array);
    } else {
      relocate(other.data_.object, data_.object);
    }
  }
  /// What is left behind is destroyed here, where the compiler sees that nothing is in it.
  template <typename T>
  static void relocate(T& from, T& to) noexcept {
    ::new (&to) T(std::move(from));
    std::destroy_at(&from);
  }
  /// Requires: there is more than a scalar. What `data_` holds is no object afterwards.
  void destroy_data();
  /// Destroys what children have below them, without recursion.
  void destroy_deep();
  /// Requires: this is null.
  void copy_children(const Value& other);

  Kind kind_ = Kind::kNull;
  Data data_;
};

/// One member of an object.
struct Member {
  Member() = default;
  /// Of this name, with this content: each is made in its place.
  template <typename Name = std::string, typename Content = Value>
  Member(Name&& called, Content&& content)
      : name(std::forward<Name>(called)), value(std::forward<Content>(content)) {}

  /// As it is read and written; within an object no two are the same.
  std::string name;
  Value value;  ///< whatever it is
};

/// A member in the list that makes an object, `{{"name", name}, {"items", std::move(items)}}`. The
/// elements of such a list are const: were they plain members, each would be copied into the object
/// with all that is below it, and so again at every level of a nested list.
class NewMember {
 public:
  /// Of a name and its value, or of a whole member.
  NewMember(std::string name, Value value) : member_(std::move(name), std::move(value)) {}
  NewMember(Member member) : member_(std::move(member)) {}  // NOLINT(google-explicit-constructor)

  /// Leaves an empty one behind.
  Member take() const { return std::move(member_); }

 private:
  mutable Member member_;
};

// Here, where Member is complete.
inline Object::Object() = default;
inline Object::Object(const Object& other) = default;
inline Object::Object(Object&& other) noexcept = default;
inline Object& Object::operator=(const Object& other) = default;
inline Object& Object::operator=(Object&& other) noexcept = default;
inline Object::~Object() = default;
template <typename Unwanted>
void Object::remove_if(const Unwanted& unwanted) {
  std::erase_if(members_, unwanted);
}
inline bool Object::empty() const { return members_.empty(); }
inline std::size_t Object::size() const { return members_.size(); }
inline void Object::clear() { members_.clear(); }
inline std::vector<Member>::iterator Object::begin() { return members_.begin(); }
inline std::vector<Member>::iterator Object::end() { return members_.end(); }
inline std::vector<Member>::const_iterator Object::begin() const { return members_.begin(); }
inline std::vector<Member>::const_iterator Object::end() const { return members_.end(); }

}  // namespace annex::json
