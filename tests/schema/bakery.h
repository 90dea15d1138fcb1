// The kind that the tables of structured merging speak of: every way in which a field merges.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "annex/schema/type.h"

namespace annex::schema::bakery {

/// Adds a type of the given kind that holds `element`.
inline TypeId holder(TypeTable& table, Kind kind, TypeId element = {}) {
  Type type;
  type.kind = kind;
  type.element = element;
  return table.add(std::move(type));
}

inline Property property(const char* name, TypeId type) {
  Property property;
  property.name = name;
  property.type = type;
  return property;
}

inline Property keyed(const char* name, TypeId type, std::vector<std::string> keys) {
  Property made = property(name, type);
  made.list_type = ListType::kMap;
  made.list_keys = std::move(keys);
  return made;
}

inline TypeId object(TypeTable& table, std::vector<Property> properties) {
  Type type;
  type.kind = Kind::kObject;
  type.properties = std::move(properties);
  return table.add(std::move(type));
}

/// What a variant of the kind has otherwise.
struct Variant {
  bool lid_atomic = false;
  bool box_granular = false;
  bool proto_default = true;
  bool repeats = false;  ///< tags and ovens may
};

/// A kind with `metadata.labels`, `status.phase` and a `spec` of: flavor, size, tags (a set), steps
/// (atomic), ovens (by name), ports (by num and proto), notes (a map), box (an atomic map), lid
/// (a struct), free (anything).
inline TypeId loaf(TypeTable& table, const Variant& variant = {},
                   std::optional<TypeId> metadata = std::nullopt) {
  const TypeId text = holder(table, Kind::kString);
  const TypeId number = holder(table, Kind::kInteger);
  const TypeId texts = holder(table, Kind::kList, text);
  const TypeId numbers_by_name = holder(table, Kind::kMap, number);
  const TypeId texts_by_name = holder(table, Kind::kMap, text);
  const TypeId any = holder(table, Kind::kAny);
  Property proto = property("proto", text);
  if (variant.proto_default) proto.default_value = "TCP";
  const TypeId oven =
      object(table, {property("name", text), property("temp", number), property("mode", text)});
  const TypeId port =
      object(table, {property("num", number), std::move(proto), property("label", text)});
  const TypeId lid = object(table, {property("color", text), property("fit", text)});
  Property tags = property("tags", texts);
  tags.list_type = ListType::kSet;
  tags.duplicates_allowed = variant.repeats;
  Property box = property("box", numbers_by_name);
  box.map_atomic = !variant.box_granular;
  Property lid_property = property("lid", lid);
  lid_property.map_atomic = variant.lid_atomic;
  Property ovens = keyed("ovens", holder(table, Kind::kList, oven), {"name"});
  ovens.duplicates_allowed = variant.repeats;
  const TypeId spec =
      object(table, {property("flavor", text), property("size", number), std::move(tags),
                     property("steps", texts), std::move(ovens),
                     keyed("ports", holder(table, Kind::kList, port), {"num", "proto"}),
                     property("notes", texts_by_name), std::move(box), std::move(lid_property),
                     property("free", any)});
  const TypeId status = object(table, {property("phase", text)});
  if (!metadata) {
    metadata = object(table, {property("name", text), property("labels", texts_by_name)});
  }
  return object(
      table, {property("metadata", *metadata), property("spec", spec), property("status", status)});
}

}  // namespace annex::schema::bakery
