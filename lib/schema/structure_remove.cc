#include "schema/structure.h"

namespace annex::schema {
namespace {

json::Value remove(const MergeType& type, const json::Value& value, const FieldSet& set);

json::Value remove_members(const MergeType& type, const json::Value& value, const FieldSet& set) {
  if (!value.is_object() || type.map_is_atomic()) return {};
  json::Object kept;
  kept.reserve(value.as_object().size());
  for (const json::Member& member : value.as_object()) {
    const FieldSet::Node* node = set.find_field(member.name);
    if (node == nullptr) {
      kept.append(member.name, member.value);
    } else if (!node->member) {
      kept.append(member.name, remove(type.member(member.name), member.value, node->below));
    }
  }
  if (kept.empty()) return {};
  return kept;
}

json::Value remove_items(const MergeType& type, const json::Value& value, const FieldSet& set) {
  if (!value.is_array() || type.list_is_atomic()) return {};
  json::Array kept;
  for (const json::Value& item : value.as_array()) {
    const auto element = type.element_of(item);
    const FieldSet::Node* node = element ? set.find(*element) : nullptr;
    if (node == nullptr) {
      kept.push_back(item);
    } else if (!node->member) {
      kept.push_back(remove(type.item(), item, node->below));
    }
  }
  if (kept.empty()) return {};
  return kept;
}

json::Value remove(const MergeType& type, const json::Value& value, const FieldSet& set) {
  const MergeType::Forms forms = type.forms_of(&value);
  if (forms.map) return remove_members(type, value, set);
  if (forms.scalar) return value;
  return remove_items(type, value, set);
}

}  // namespace

json::Value remove_fields(const MergeType& type, const json::Value& value, const FieldSet& set) {
  return remove(type, value, set);
}

}  // namespace annex::schema
