#include <algorithm>
#include <charconv>
#include <optional>

#include "annex/json/patch.h"
#include "annex/json/write.h"

namespace annex::json {
namespace {

constexpr std::size_t kMaxOperations = 10000;
constexpr std::size_t kMaxCopiedBytes = 3 * 1024 * 1024;
/// What all operations together may look at or move: 10,000 of them on 2,000 members.
constexpr std::size_t kMaxSteps = 20'000'000;

using Pointer = std::vector<std::string>;

/// Decodes an RFC 6901 pointer; nothing if it is neither empty nor begins with a slash.
std::optional<Pointer> parse_pointer(std::string_view text) {
  Pointer parts;
  if (text.empty()) return parts;
  if (text.front() != '/') return std::nullopt;
  for (std::size_t begin = 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    std::string part;
    for (std::size_t i = begin; i < end; ++i) {
      if (text[i] == '~' && i + 1 < end && (text[i + 1] == '0' || text[i + 1] == '1')) {
        part += text[++i] == '0' ? '~' : '/';
      } else {
        part += text[i];
      }
    }
    parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

/// The position that `text` names in an array of `size` items; `end` allows one past the last.
std::optional<std::size_t> parse_index(std::string_view text, std::size_t size, bool end) {
  std::int64_t index = 0;
  const char* last = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), last, index);
  if (error != std::errc() || stop != last) return std::nullopt;
  const auto count = static_cast<std::int64_t>(size);
  if (index < 0) index += count + (end ? 1 : 0);
  if (index < 0 || index > count || (index == count && !end)) return std::nullopt;
  return static_cast<std::size_t>(index);
}

bool is_prefix(const Pointer& prefix, const Pointer& pointer) {
  return prefix.size() < pointer.size() &&
         std::equal(prefix.begin(), prefix.end(), pointer.begin());
}

/// A document under change. Each function is false or null if it cannot be done.
class Patcher {
 public:
  explicit Patcher(Value& root) : root_(root) {}

  /// One operation of the patch.
  bool apply(const Value& operation);

 private:
  /// Counts the members and items that a step looks at or moves.
  bool spend(std::size_t steps) {
    steps_ += steps;
    return steps_ <= kMaxSteps;
  }

  Value* find_child(Value& parent, const std::string& name) {
    if (parent.is_object()) {
      return spend(parent.as_object().size()) ? parent.as_object().find(name) : nullptr;
    }
    if (!parent.is_array()) return nullptr;
    const auto index = parse_index(name, parent.as_array().size(), false);
    return index ? &parent.as_array()[*index] : nullptr;
  }

  Value* find(const Pointer& pointer, std::size_t depth) {
    Value* value = &root_;
    for (std::size_t i = 0; i < depth && value != nullptr; ++i) {
      value = find_child(*value, pointer[i]);
    }
    return value;
  }

  /// The array or object that holds what the pointer names; the root has none.
  Value* find_parent(const Pointer& pointer) {
    Value* parent = pointer.empty() ? nullptr : find(pointer, pointer.size() - 1);
    return parent != nullptr && (parent->is_object() || parent->is_array()) ? parent : nullptr;
  }

  bool add(const Pointer& pointer, Value value);
  bool remove(const Pointer& pointer);
  bool replace(const Pointer& pointer, const Value& value);
  bool test(const Pointer& pointer, const Value& expected);
  bool move(const Pointer& from, const Pointer& to);
  bool copy(const Pointer& from, const Pointer& to);

  Value& root_;
  std::size_t copied_ = 0;
  std::size_t steps_ = 0;
};

bool Patcher::add(const Pointer& pointer, Value value) {
  Value* parent = find_parent(pointer);
  if (parent == nullptr) return false;
  if (parent->is_object()) {
    if (!spend(parent->as_object().size())) return false;
    parent->as_object().set(pointer.back(), std::move(value));
    return true;
  }
  Array& array = parent->as_array();
  const auto index = pointer.back() == "-" ? std::optional(array.size())
                                           : parse_index(pointer.back(), array.size(), true);
  if (!index || !spend(array.size() - *index)) return false;
  array.insert(array.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return true;
}

bool Patcher::remove(const Pointer& pointer) {
  Value* parent = find_parent(pointer);
  if (parent == nullptr) return false;
  if (parent->is_object()) {
    return spend(parent->as_object().size()) && parent->as_object().erase(pointer.back());
  }
  Array& array = parent->as_array();
  const auto index = parse_index(pointer.back(), array.size(), false);
  if (!index || !spend(array.size() - *index)) return false;
  array.erase(array.begin() + static_cast<std::ptrdiff_t>(*index));
  return true;
}

bool Patcher::replace(const Pointer& pointer, const Value& value) {
  if (pointer.empty()) {
    if (!value.is_object() && !value.is_array()) return false;
    root_ = value;
    return true;
  }
  Value* parent = find_parent(pointer);
  if (parent == nullptr) return false;
  if (parent->is_object()) return add(pointer, value);
  Value* item = find_child(*parent, pointer.back());
  if (item == nullptr) return false;
  *item = value;
  return true;
}

bool Patcher::test(const Pointer& pointer, const Value& expected) {
  if (pointer.empty()) return root_ == expected;
  Value* parent = find_parent(pointer);
  if (parent == nullptr) return false;
  const Value* found = find_child(*parent, pointer.back());
  if (found == nullptr) return spend(0) && parent->is_object() && expected.is_null();
  return *found == expected;
}

bool Patcher::move(const Pointer& from, const Pointer& to) {
  Value* found = find(from, from.size());
  if (found == nullptr || is_prefix(from, to)) return false;
  Value value = std::move(*found);
  return remove(from) && add(to, std::move(value));
}

bool Patcher::copy(const Pointer& from, const Pointer& to) {
  const Value* found = find(from, from.size());
  if (found == nullptr) {
    // As upstream: an object's missing member is a null.
    const Value* parent = find_parent(from);
    return parent != nullptr && parent->is_object() && add(to, Value());
  }
  copied_ += write(*found).size();
  return copied_ <= kMaxCopiedBytes && add(to, *found);
}

bool Patcher::apply(const Value& operation) {
  const std::string& op = operation.at_string({"op"});
  const Value* path = operation.find("path");
  if (path == nullptr || !path->is_string()) return false;
  const std::optional<Pointer> pointer = parse_pointer(path->as_string());
  if (!pointer) return false;
  if (op == "remove") return remove(*pointer);
  if (op == "move" || op == "copy") {
    const Value* from = operation.find("from");
    if (from == nullptr || !from->is_string()) return false;
    const std::optional<Pointer> source = parse_pointer(from->as_string());
    if (!source || source->empty()) return false;
    return op == "move" ? move(*source, *pointer) : copy(*source, *pointer);
  }
  const Value* value = operation.find("value");
  const Value wanted = value != nullptr ? *value : Value();
  if (op == "test") return test(*pointer, wanted);
  if (op == "add") return add(*pointer, wanted);
  return op == "replace" && replace(*pointer, wanted);
}

}  // namespace

Result<JsonPatch> JsonPatch::decode(const Value& document) {
  constexpr std::string_view kInto = " into Go value of type []handlers.jsonPatchOp";
  auto refuse = [&](const Value& value) {
    return Error::bad_request("error decoding patch: json: cannot unmarshal " +
                              std::string(value.type_name()) + std::string(kInto));
  };
  if (document.is_null()) return JsonPatch();
  if (!document.is_array()) return refuse(document);
  const std::size_t count = document.as_array().size();
  if (count > kMaxOperations) {
    Error error;
    error.reason = Reason::kRequestEntityTooLarge;
    error.message =
        "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got " +
        std::to_string(count);
    return error;
  }
  JsonPatch patch;
  for (std::size_t i = 0; i < count; ++i) {
    const Value& operation = document.as_array()[i];
    if (operation.is_null()) continue;  // an operation without a name, which fails when applied
    if (!operation.is_object()) return refuse(operation);
    for (const Member& member : operation.as_object()) {
      if (member.name == "value") continue;
      if (member.name == "op" || member.name == "path" || member.name == "from") {
        if (!member.value.is_string() && !member.value.is_null()) return refuse(member.value);
        continue;
      }
      patch.unknown_.push_back("unknown field \"[" + std::to_string(i) + "]." + member.name + "\"");
    }
  }
  patch.operations_ = document.as_array();
  return patch;
}

Result<Value> JsonPatch::apply(const Value& target) const {
  Value result = target;
  Patcher patcher(result);
  for (const Value& operation : operations_) {
    if (!patcher.apply(operation)) {
      return Error::generic(Reason::kInvalid,
                            "the server rejected our request due to an error in our request");
    }
  }
  return result;
}

}  // namespace annex::json
