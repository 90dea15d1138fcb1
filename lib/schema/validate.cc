#include "annex/schema/validate.h"

#include <algorithm>
#include <cmath>
#include <regex>

#include "annex/json/write.h"
#include "schema/list_items.h"

namespace annex::schema {
namespace {

/// A bound as it is written in a sentence: 5, not 5.000000.
std::string number_text(double number) { return json::write(json::Value(number)); }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // not a continuation byte
  }));
}

void check_number(const Constraints& limits, const json::Value& value, const FieldPath& path,
                  FieldErrors& errors) {
  const double number = value.as_double();
  if (limits.minimum && number < *limits.minimum) {
    errors.invalid(path, value,
                   path.text() + " in body should be greater than or equal to " +
                       number_text(*limits.minimum));
  }
  if (limits.maximum && number > *limits.maximum) {
    errors.invalid(
        path, value,
        path.text() + " in body should be less than or equal to " + number_text(*limits.maximum));
  }
}

void check_text(const Constraints& limits, const json::Value& value, const FieldPath& path,
                FieldErrors& errors) {
  const std::string& text = value.as_string();
  const std::size_t length = count_characters(text);
  if (limits.max_length && length > *limits.max_length) {
    errors.too_long(path, *limits.max_length, "characters");
  }
  if (limits.min_length && length < *limits.min_length) {
    errors.invalid(path, value,
                   path.text() + " in body should be at least " +
                       std::to_string(*limits.min_length) + " chars long");
  }
  // std::regex recurses for each character: what is too long for it does not match.
  constexpr std::size_t kMaxMatched = 4096;
  if (!limits.pattern.empty() &&
      (text.size() > kMaxMatched || !std::regex_search(text, std::regex(limits.pattern)))) {
    errors.invalid(path, value, path.text() + " in body should match '" + limits.pattern + "'");
  }
}

void check_count(const Constraints& limits, const json::Array& items, const FieldPath& path,
                 FieldErrors& errors) {
  const auto count = static_cast<std::int64_t>(items.size());
  if (limits.max_items && items.size() > *limits.max_items) {
    errors.add({FieldErrorType::kTooMany, path.text(), json::Value(count),
                "must have at most " + std::to_string(*limits.max_items) +
                    (*limits.max_items == 1 ? " item" : " items")});
  }
  if (limits.min_items && items.size() < *limits.min_items) {
    errors.invalid(path, json::Value(count),
                   path.text() + " in body should have at least " +
                       std::to_string(*limits.min_items) + " items");
  }
}

void check_unique(const Property& list, const json::Array& items, const FieldPath& path,
                  FieldErrors& errors) {
  if (list.list_type == ListType::kAtomic || list.duplicates_allowed) return;
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const json::Value key = item_key(list, items[i]);
    std::string text = json::write(key);
    const auto place = std::lower_bound(seen.begin(), seen.end(), text);
    if (place != seen.end() && *place == text) {
      errors.duplicate(path.index(i), key);
    } else {
      seen.insert(place, std::move(text));
    }
  }
}

/// Looks at a value and, for an update, at what it was.
class Checker {
 public:
  Checker(const TypeTable& table, FieldErrors& errors) : table_(table), errors_(errors) {}

  /// `old` is null for what was not there.
  void check(TypeId id, const json::Value& value, const json::Value* old, const FieldPath& path) {
    if (old != nullptr && *old == value) return;
    const Type& type = table_.at(id);
    if (type.kind == Kind::kObject && value.is_object()) {
      check_members(type, value, old, path);
    } else if (type.kind == Kind::kMap && value.is_object()) {
      for (const json::Member& member : value.as_object()) {
        const json::Value* before = old == nullptr ? nullptr : old->find(member.name);
        check(type.element, member.value, before, path.key(member.name));
      }
    } else if (type.kind == Kind::kList && value.is_array()) {
      for (std::size_t i = 0; i < value.as_array().size(); ++i) {
        check(type.element, value.as_array()[i], nullptr, path.index(i));
      }
    } else if (!type.enum_values.empty() && value.is_string() &&
               std::find(type.enum_values.begin(), type.enum_values.end(), value.as_string()) ==
                   type.enum_values.end()) {
      errors_.not_supported(path, value, type.enum_values);
    }
  }

  void check_member(const Property& property, const json::Value& value, const json::Value* old,
                    const FieldPath& path) {
    if (old != nullptr && *old == value) return;
    if (value.is_number()) check_number(property.constraints, value, path, errors_);
    if (value.is_string()) check_text(property.constraints, value, path, errors_);
    if (!value.is_array()) return check(property.type, value, old, path);
    const json::Array& items = value.as_array();
    check_count(property.constraints, items, path, errors_);
    check_unique(property, items, path, errors_);
    const bool keyed = property.list_type == ListType::kMap && old != nullptr && old->is_array();
    if (!keyed) return check(property.type, value, old, path);
    const auto origins = align_items(&property, old->as_array(), items);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const json::Value* before = origins[i] ? &old->as_array()[*origins[i]] : nullptr;
      check(table_.at(property.type).element, items[i], before, path.index(i));
    }
  }

  void check_members(const Type& type, const json::Value& value, const json::Value* old,
                     const FieldPath& path, std::string_view except = {}) {
    for (const Property& property : type.properties) {
      if (!except.empty() && property.name == except) continue;
      const json::Value* member = value.find(property.name);
      const json::Value* before = old == nullptr ? nullptr : old->find(property.name);
      if (property.immutable && old != nullptr) {
        const json::Value nothing;
        const json::Value& now = member == nullptr ? nothing : *member;
        if (!(now == (before == nullptr ? nothing : *before))) {
          errors_.invalid(path / property.name, now, "field is immutable");
        }
      }
      if (member != nullptr) {
        check_member(property, *member, before, path / property.name);
      } else if (property.required) {
        errors_.required(path / property.name);
      }
    }
  }

 private:
  const TypeTable& table_;
  FieldErrors& errors_;
};

}  // namespace

void validate_property(const TypeTable& table, const Property& property, const json::Value& value,
                       const FieldPath& path, FieldErrors& errors) {
  Checker(table, errors).check_member(property, value, nullptr, path);
}

void validate_members(const TypeTable& table, TypeId id, const json::Value& object,
                      const json::Value* old, const FieldPath& path, FieldErrors& errors,
                      std::string_view except) {
  Checker(table, errors).check_members(table.at(id), object, old, path, except);
}

void validate(const TypeTable& table, TypeId id, const json::Value& value, const FieldPath& path,
              FieldErrors& errors) {
  Checker(table, errors).check(id, value, nullptr, path);
}

}  // namespace annex::schema
