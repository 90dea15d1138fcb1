#include "schema/structure.h"

#include <map>

namespace annex::schema {
namespace {

/// What one value owns: itself, and fields below it.
struct Owned {
  bool self = false;
  FieldSet below{};
};

Owned owned_by(const MergeType& type, const json::Value& value, int depth);

Owned owned_by_map(const MergeType& type, const json::Value& value, int depth) {
  Owned owned;
  if (type.map_is_atomic()) {
    owned.self = true;
    return owned;
  }
  if (!value.is_object()) return owned;
  for (const json::Member& member : value.as_object()) {
    Owned inside = owned_by(type.member(member.name), member.value, depth + 1);
    const bool empty =
        member.value.is_null() || (member.value.is_object() && member.value.as_object().empty());
    owned.below.add(PathElement::field(member.name),
                    inside.self || empty || !type.declares(member.name), std::move(inside.below));
  }
  return owned;
}

Owned owned_by_list(const MergeType& type, const json::Value& value, int depth) {
  Owned owned;
  if (type.list_is_atomic()) {
    owned.self = true;
    return owned;
  }
  if (!value.is_array()) return owned;
  // Of items that are there more than once nothing is owned but that they are.
  std::map<PathElement, const json::Value*> items;
  for (const json::Value& item : value.as_array()) {
    auto element = type.element_of(item);
    if (!element) continue;
    const auto placed = items.emplace(std::move(*element), &item);
    if (!placed.second) placed.first->second = nullptr;
  }
  const MergeType item_type = type.item();
  for (const auto& [element, item] : items) {
    FieldSet below;
    if (item != nullptr) below = owned_by(item_type, *item, depth + 1).below;
    owned.below.append(element, true, std::move(below));
  }
  return owned;
}

Owned owned_by(const MergeType& type, const json::Value& value, int depth) {
  const MergeType::Forms forms = type.forms_of(&value);
  Owned owned;
  if (depth > kMaxMergeDepth || (forms.scalar && !forms.map)) {
    owned.self = true;
    return owned;
  }
  return forms.map ? owned_by_map(type, value, depth) : owned_by_list(type, value, depth);
}

FieldSet named(const MergeType* type, const FieldSet& set) {
  FieldSet result;
  for (const FieldSet::Node& node : set.nodes()) {
    const bool field = node.element.kind() == PathElement::Kind::kField;
    const bool map = type != nullptr && type->forms().map;
    bool member = node.member;
    std::optional<MergeType> below;
    if (field && map) {
      const std::string& name = node.element.name();
      if (type->declares(name) && !node.below.empty()) member = true;
      if (type->allows(name)) below = type->member(name);
    } else if (node.element.kind() == PathElement::Kind::kKey && type != nullptr &&
               type->forms().list) {
      below = type->item();
    }
    result.append(node.element, member, named(below ? &*below : nullptr, node.below));
  }
  return result;
}

/// What is below one path; `whole` if the path itself is owned instead.
FieldSet reconciled_below(const MergeType& type, const FieldSet& set, bool leaf, bool& whole) {
  const MergeType::Forms forms = type.forms();
  if (forms.map) {
    if (type.is_deduced()) return set;
    if (!leaf && type.map_is_atomic()) {
      whole = !set.empty();
      return {};
    }
  } else if (forms.list) {
    if (!leaf && type.list_is_atomic()) {
      whole = true;
      return {};
    }
  } else {
    return set;
  }
  FieldSet result;
  for (const FieldSet::Node& node : set.nodes()) {
    const bool field = node.element.kind() == PathElement::Kind::kField;
    if (forms.map && !type.allows(field ? node.element.name() : std::string())) {
      result.append(node.element, node.member, node.below);
      continue;
    }
    const MergeType inside =
        forms.list ? type.item() : type.member(field ? node.element.name() : std::string());
    bool now_whole = false;
    FieldSet below =
        reconciled_below(inside, node.below, node.member && node.below.empty(), now_whole);
    result.append(node.element, node.member || now_whole, std::move(below));
  }
  return result;
}

}  // namespace

FieldSet owned_fields(const MergeType& type, const json::Value& value) {
  return owned_by(type, value, 0).below;
}

FieldSet with_named_fields(const MergeType& type, const FieldSet& set) { return named(&type, set); }

FieldSet reconciled(const MergeType& type, const FieldSet& set) {
  bool whole = false;
  FieldSet result = reconciled_below(type, set, false, whole);
  return whole ? FieldSet() : result;
}

}  // namespace annex::schema
