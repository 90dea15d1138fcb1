#include "annex/json/value.h"

#include <algorithm>
#include <memory>

#include "json/name_index.h"

namespace annex::json {
namespace {

const std::string kEmpty;

/// What an object has room for at once: few have one member alone.
constexpr std::size_t kFirstMembers = 4;

bool numbers_equal(const Value& a, const Value& b) {
  if (a.is_int64() && b.is_int64()) return a.as_int64() == b.as_int64();
  if (a.is_uint64() && b.is_uint64()) return a.as_uint64() == b.as_uint64();
  // An int64 and a uint64 never meet: uint64 holds only what int64 cannot.
  if (a.is_integer() && b.is_integer()) return false;
  return a.as_double() == b.as_double();
}

/// Equality of everything but the children, whose number is compared.
bool shallow_equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return numbers_equal(a, b);
  if (a.is_null()) return b.is_null();
  if (a.is_bool()) return b.is_bool() && a.as_bool() == b.as_bool();
  if (a.is_string()) return b.is_string() && a.as_string() == b.as_string();
  if (a.is_array()) return b.is_array() && a.as_array().size() == b.as_array().size();
  if (a.is_object()) return b.is_object() && a.as_object().size() == b.as_object().size();
  return false;
}

bool has_children(const Value& value) {
  return (value.is_array() && !value.as_array().empty()) ||
         (value.is_object() && !value.as_object().empty());
}

/// How deep values recurse before they go on with a list on the heap.
constexpr int kMaxRecursion = 64;

/// How deep this thread has recursed into a value.
class Recursion {
 public:
  Recursion() { ++depth_; }
  ~Recursion() { --depth_; }
  Recursion(const Recursion&) = delete;
  Recursion& operator=(const Recursion&) = delete;

  static bool is_deep() { return depth_ >= kMaxRecursion; }

 private:
  static thread_local int depth_;
};

thread_local int Recursion::depth_ = 0;

using Pairs = std::vector<std::pair<const Value*, const Value*>>;

/// Equality of two values and of what is in them; pairs that stand too deep are left for later.
bool equal(const Value& a, const Value& b, int depth, Pairs& later) {
  if (!shallow_equal(a, b)) return false;
  if (!has_children(a)) return true;
  if (depth == kMaxRecursion) {
    later.emplace_back(&a, &b);
    return true;
  }
  if (a.is_array()) {
    return std::equal(
        a.as_array().begin(), a.as_array().end(), b.as_array().begin(),
        [&](const Value& x, const Value& y) { return equal(x, y, depth + 1, later); });
  }
  NameIndex names;  // for where the order differs
  auto hint = b.as_object().begin();
  for (const Member& member : a.as_object()) {
    // Most objects that are compared have the same order; look there first. Their sizes are equal.
    const Value* other =
        hint->name == member.name ? &hint->value : names.find(b.as_object(), member.name);
    if (other == nullptr || !equal(member.value, *other, depth + 1, later)) return false;
    ++hint;
  }
  return true;
}

}  // namespace

Object::Object(std::initializer_list<NewMember> members) {
  members_.reserve(members.size());
  for (const NewMember& each : members) members_.push_back(each.take());
}

void Object::reserve(std::size_t count) { members_.reserve(count); }

const Value* Object::find(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Value* Object::find(std::string_view name) {
  return const_cast<Value*>(std::as_const(*this).find(name));
}

Value& Object::operator[](std::string_view name) {
  Value* found = find(name);
  return found != nullptr ? *found : append(std::string(name), Value());
}

Value& Object::append(std::string name, Value value) {
  if (members_.capacity() == 0) members_.reserve(kFirstMembers);
  return members_.emplace_back(std::move(name), std::move(value)).value;
}

Value& Object::insert(std::vector<Member>::iterator place, std::string name, Value value) {
  return members_.emplace(place, std::move(name), std::move(value))->value;
}

Value& Object::set(std::string_view name, Value value) {
  Value& place = (*this)[name];
  place = std::move(value);
  return place;
}

bool Object::erase(std::string_view name) {
  return std::erase_if(members_, [&](const Member& member) { return member.name == name; }) > 0;
}

// By way of a null, which is destroyed should the copy not succeed.
Value::Value(const Value& other) : Value() {
  if (other.is_array() || other.is_object()) {
    copy_children(other);
  } else if (other.is_string()) {
    ::new (&data_.text) std::string(other.data_.text);
    kind_ = Kind::kString;
  } else {
    data_.bits = other.data_.bits;
    kind_ = other.kind_;
  }
}

void Value::copy_children(const Value& other) {
  if (!Recursion::is_deep()) {
    const Recursion recursion;
    // Not by assignment, which would make a copy and then move it.
    if (other.is_array()) {
      ::new (&data_.array) Array(other.data_.array);
    } else {
      ::new (&data_.object) Object(other.data_.object);
    }
    kind_ = other.kind_;
    return;
  }
  std::vector<std::pair<const Value*, Value*>> pending{{&other, this}};
  while (!pending.empty()) {
    const auto [from, to] = pending.back();
    pending.pop_back();
    if (from->is_array()) {
      *to = Array(from->as_array().size());
      Array& array = to->as_array();
      for (std::size_t i = 0; i < array.size(); ++i) {
        pending.emplace_back(&from->as_array()[i], &array[i]);
      }
    } else if (from->is_object()) {
      *to = Object();
      Object& object = to->as_object();
      object.reserve(from->as_object().size());
      for (const Member& member : from->as_object()) {
        Value& place = object.append(member.name, Value());
        pending.emplace_back(&member.value, &place);
      }
    } else {
      *to = *from;
    }
  }
}

Value& Value::operator=(const Value& other) {
  if (this != &other) *this = Value(other);
  return *this;
}

Value& Value::operator=(Value&& other) noexcept {
  if (this == &other) return *this;
  // The old content goes last: `other` may live inside it.
  const Value old = std::move(*this);
  take(other);
  return *this;
}

void Value::destroy_data() {
  if (kind_ == Kind::kString) {
    std::destroy_at(&data_.text);
    return;
  }
  if (Recursion::is_deep()) destroy_deep();
  const Recursion recursion;
  if (kind_ == Kind::kArray) {
    std::destroy_at(&data_.array);
  } else {
    std::destroy_at(&data_.object);
  }
}

void Value::destroy_deep() {
  // Children that have children of their own are moved to a list.
  std::vector<Value> pending;
  auto take_children = [&pending](Value& value) {
    if (value.is_array()) {
      for (Value& item : value.as_array()) {
        if (has_children(item)) pending.push_back(std::move(item));
      }
    } else if (value.is_object()) {
      for (Member& member : value.as_object()) {
        if (has_children(member.value)) pending.push_back(std::move(member.value));
      }
    }
  };
  take_children(*this);
  while (!pending.empty()) {
    Value next = std::move(pending.back());
    pending.pop_back();
    take_children(next);
  }
}

double Value::as_double() const {
  if (is_int64()) return static_cast<double>(as_int64());
  if (is_uint64()) return static_cast<double>(as_uint64());
  return std::bit_cast<double>(data_.bits);
}

const Value* Value::find(std::string_view name) const {
  return is_object() ? as_object().find(name) : nullptr;
}

Value* Value::find(std::string_view name) { return is_object() ? as_object().find(name) : nullptr; }

const std::string& Value::at_string(std::initializer_list<std::string_view> path) const {
  const Value* value = this;
  for (std::string_view name : path) {
    value = value->find(name);
    if (value == nullptr) return kEmpty;
  }
  return value->is_string() ? value->as_string() : kEmpty;
}

std::string_view Value::type_name() const {
  if (is_null()) return "null";
  if (is_bool()) return "bool";
  if (is_number()) return "number";
  if (is_string()) return "string";
  return is_array() ? "array" : "object";
}

bool operator==(const Value& a, const Value& b) {
  Pairs later;
  if (!equal(a, b, 0, later)) return false;
  while (!later.empty()) {
    const auto [left, right] = later.back();
    later.pop_back();
    if (!equal(*left, *right, 0, later)) return false;
  }
  return true;
}

}  // namespace annex::json
