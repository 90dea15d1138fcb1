#include "annex/schema/type.h"

#include <utility>

namespace annex::schema {

const Property* Type::find(std::string_view property) const {
  for (const Property& candidate : properties) {
    if (candidate.name == property) return &candidate;
  }
  return nullptr;
}

TypeId TypeTable::add(Type type) {
  types_.push_back(std::move(type));
  return static_cast<TypeId>(types_.size() - 1);
}

std::optional<TypeId> TypeTable::find(std::string_view name) const {
  for (std::size_t id = 0; id < types_.size(); ++id) {
    if (types_[id].name == name) return static_cast<TypeId>(id);
  }
  return std::nullopt;
}

}  // namespace annex::schema
