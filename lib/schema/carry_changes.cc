#include "annex/schema/carry_changes.h"

#include "schema/list_items.h"

namespace annex::schema {
namespace {

class Carrier {
 public:
  explicit Carrier(const TypeTable& table) : table_(table) {}

  void carry(TypeId id, const Property* property, const json::Value& before,
             const json::Value& after, json::Value& document) const {
    if (before == after) return;
    const Type& type = table_.at(id);
    if ((type.kind == Kind::kObject || type.kind == Kind::kMap) && before.is_object() &&
        after.is_object() && document.is_object()) {
      carry_members(type, before.as_object(), after.as_object(), document.as_object());
    } else if (type.kind == Kind::kList && before.is_array() && after.is_array() &&
               document.is_array() && before.as_array().size() == document.as_array().size()) {
      carry_items(type.element, property, before.as_array(), after.as_array(), document.as_array());
    } else {
      document = after;
    }
  }

 private:
  void carry_members(const Type& type, const json::Object& before, const json::Object& after,
                     json::Object& document) const {
    for (const json::Member& member : after) {
      const json::Value* old = before.find(member.name);
      json::Value* present = document.find(member.name);
      const Property* property = type.kind == Kind::kObject ? type.find(member.name) : nullptr;
      if (old != nullptr && present != nullptr &&
          (property != nullptr || type.kind == Kind::kMap)) {
        carry(property != nullptr ? property->type : type.element, property, *old, member.value,
              *present);
      } else if (old == nullptr || !(*old == member.value)) {
        document.set(member.name, member.value);
      }
    }
    for (const json::Member& member : before) {
      if (!after.contains(member.name)) document.erase(member.name);
    }
  }

  void carry_items(TypeId element, const Property* property, const json::Array& before,
                   const json::Array& after, json::Array& document) const {
    const auto origins = align_items(property, before, after);
    json::Array items;
    items.reserve(after.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (!origins[i]) {
        items.push_back(after[i]);
        continue;
      }
      items.push_back(std::move(document[*origins[i]]));
      carry(element, nullptr, before[*origins[i]], after[i], items.back());
    }
    document = std::move(items);
  }

  const TypeTable& table_;
};

}  // namespace

void carry_changes(const TypeTable& table, TypeId type, const json::Value& before,
                   const json::Value& after, json::Value& document) {
  Carrier(table).carry(type, nullptr, before, after, document);
}

}  // namespace annex::schema
