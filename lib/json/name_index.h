// Finding members of large objects without a linear search each time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "annex/json/value.h"

namespace annex::json {

/// Remembers where the members of one object are. Small objects are searched as they are; for
/// others a table follows the object's growth. Requires: the same object at every call, which
/// only grows in between.
class NameIndex {
 public:
  /// The offset of the member from the object's begin().
  std::optional<std::ptrdiff_t> place(const Object& object, const std::string& name) {
    if (object.size() < kManyMembers) {
      const auto found = std::find_if(object.begin(), object.end(),
                                      [&](const Member& member) { return member.name == name; });
      if (found == object.end()) return std::nullopt;
      return found - object.begin();
    }
    for (auto known = object.begin() + known_; known != object.end(); ++known, ++known_) {
      places_.emplace(known->name, known_);
    }
    const auto found = places_.find(name);
    if (found == places_.end()) return std::nullopt;
    return found->second;
  }

  /// The member's value, or null.
  const Value* find(const Object& object, const std::string& name) {
    const auto found = place(object, name);
    return found ? &(object.begin() + *found)->value : nullptr;
  }
  Value* find(Object& object, const std::string& name) {
    return const_cast<Value*>(find(std::as_const(object), name));
  }

 private:
  static constexpr std::size_t kManyMembers = 16;

  std::unordered_map<std::string, std::ptrdiff_t> places_;
  std::ptrdiff_t known_ = 0;
};

}  // namespace annex::json
