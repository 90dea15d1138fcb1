#include "annex/schema/carry_through.h"

#include <algorithm>

#include "schema/list_items.h"

namespace annex::schema {
namespace {

bool is_undeclared(const Type& type, const json::Value& value) {
  const auto& texts = type.enum_values;
  return !texts.empty() && value.is_string() &&
         std::find(texts.begin(), texts.end(), value.as_string()) == texts.end();
}

}  // namespace

bool has_unheld(const TypeTable& table, TypeId id, const json::Value& value) {
  const Type& type = table.at(id);
  if (type.all_held) return false;
  if (type.kind == Kind::kObject && value.is_object()) {
    if (type.preserve_unknown) return true;
    return std::any_of(type.properties.begin(), type.properties.end(), [&](const Property& each) {
      const json::Value* member = value.find(each.name);
      return member != nullptr && has_unheld(table, each.type, *member);
    });
  }
  if (type.kind == Kind::kMap && value.is_object()) {
    const json::Object& members = value.as_object();
    return std::any_of(members.begin(), members.end(), [&](const json::Member& member) {
      return has_unheld(table, type.element, member.value);
    });
  }
  if (type.kind == Kind::kList && value.is_array()) {
    const json::Array& items = value.as_array();
    return std::any_of(items.begin(), items.end(), [&](const json::Value& item) {
      return has_unheld(table, type.element, item);
    });
  }
  return is_undeclared(type, value);
}

namespace {

/// The same place in the three documents; null where there is none.
struct Place {
  TypeId type{};
  const Property* property = nullptr;  ///< of a member
  const json::Value* source = nullptr;
  const json::Value* shown = nullptr;
  TypeId target_type{};
  const Property* target_property = nullptr;
  json::Value* result = nullptr;
};

template <typename Value>
Value* member_of(Value* value, std::string_view name) {
  return value == nullptr ? nullptr : value->find(name);
}

template <typename Value>
Value* item_of(Value* value, std::size_t index) {
  const bool there = value != nullptr && value->is_array() && index < value->as_array().size();
  return there ? &value->as_array()[index] : nullptr;
}

/// Walks through the documents of a conversion together. Fields that are only in one of the
/// versions are passed by.
class Follower {
 public:
  Follower(const TypeTable& table, FieldErrors& errors) : table_(table), errors_(errors) {}

  void follow(const Place& place, const FieldPath& path) const {
    const Type& type = table_.at(place.type);
    const json::Value& source = *place.source;
    if (is_undeclared(type, source)) {
      carry(place, path);
    } else if (type.kind == Kind::kObject && source.is_object()) {
      follow_members(place, path);
    } else if (type.kind == Kind::kMap && source.is_object()) {
      for (const json::Member& member : source.as_object()) {
        follow(element(place, &member.value, member_of(place.shown, member.name),
                       member_of(place.result, member.name)),
               path.key(member.name));
      }
    } else if (type.kind == Kind::kList && source.is_array()) {
      follow_items(place, path);
    }
  }

 private:
  void carry(const Place& place, const FieldPath& path) const {
    const Type& target = table_.at(place.target_type);
    const bool copied = target.kind == Kind::kString && target.format == Format::kNone &&
                        place.shown != nullptr && place.result != nullptr &&
                        *place.shown == *place.result;
    if (copied) {
      *place.result = *place.source;
    } else {
      errors_.not_supported(path, *place.source, table_.at(place.type).enum_values);
    }
  }

  void follow_members(const Place& place, const FieldPath& path) const {
    const Type& type = table_.at(place.type);
    const Type& target_type = table_.at(place.target_type);
    for (const Property& property : type.properties) {
      const json::Value* source = place.source->find(property.name);
      const Property* target = target_type.find(property.name);
      if (source == nullptr || target == nullptr) continue;
      follow({property.type, &property, source, member_of(place.shown, property.name), target->type,
              target, member_of(place.result, property.name)},
             path / property.name);
    }
    if (!type.preserve_unknown || !target_type.preserve_unknown) return;
    if (place.result == nullptr || !place.result->is_object()) return;
    for (const json::Member& member : place.source->as_object()) {
      const bool known = type.find(member.name) != nullptr ||
                         target_type.find(member.name) != nullptr ||
                         place.result->find(member.name) != nullptr;
      if (!known) place.result->as_object().append(member.name, member.value);
    }
  }

  void follow_items(const Place& place, const FieldPath& path) const {
    const json::Array& items = place.source->as_array();
    const bool is_list = place.result != nullptr && place.result->is_array();
    const bool keyed = place.property != nullptr && place.target_property != nullptr &&
                       place.property->list_type == ListType::kMap &&
                       place.property->list_keys == place.target_property->list_keys;
    std::vector<std::optional<std::size_t>> places(items.size());
    if (is_list && keyed) {
      places = align_items(place.property, place.result->as_array(), items);
    } else if (is_list && place.result->as_array().size() == items.size()) {
      for (std::size_t i = 0; i < items.size(); ++i) places[i] = i;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      json::Value* result = places[i] ? item_of(place.result, *places[i]) : nullptr;
      follow(element(place, &items[i], item_of(place.shown, i), result), path.index(i));
    }
  }

  /// A place inside a map or a list. Where the target is no such container, what is inside the
  /// source has no place in it: the target's own type then says that it is no text.
  Place element(const Place& place, const json::Value* source, const json::Value* shown,
                json::Value* result) const {
    const Type& type = table_.at(place.type);
    const Type& target = table_.at(place.target_type);
    const TypeId target_type = target.kind == type.kind ? target.element : place.target_type;
    return {type.element,
            nullptr,
            source,
            shown,
            target_type,
            nullptr,
            target.kind == type.kind ? result : nullptr};
  }

  const TypeTable& table_;
  FieldErrors& errors_;
};

}  // namespace

void carry_through(const TypeTable& table, const Conversion& conversion, FieldErrors& errors) {
  if (!has_unheld(table, conversion.from, conversion.source)) return;
  Follower(table, errors)
      .follow({conversion.from, nullptr, &conversion.source, &conversion.shown, conversion.to,
               nullptr, &conversion.result},
              FieldPath());
}

}  // namespace annex::schema
