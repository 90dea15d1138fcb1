#include "annex/schema/describe.h"

#include <algorithm>
#include <regex>

#include "annex/schema/normalize.h"
#include "annex/schema/validate.h"

namespace annex::schema::detail {
namespace {

[[noreturn]] void refuse(std::string_view type, std::string_view field, std::string_view why) {
  throw DescribeError("type " + std::string(type) +
                      (field.empty() ? "" : ", field \"" + std::string(field) + "\"") + ": " +
                      std::string(why));
}

void check_list_keys(const TypeTable& table, const Type& type, const Property& property) {
  const Type& list = table.at(property.type);
  const Type& item = table.at(list.element);
  if (item.kind != Kind::kObject) {
    refuse(type.name, property.name, "list_map needs items that are objects");
  }
  for (const std::string& key : property.list_keys) {
    const Property* found = item.find(key);
    if (found == nullptr) {
      refuse(type.name, property.name, "list key \"" + key + "\" is no field of " + item.name);
    }
    if (!found->required && !found->default_value) {
      refuse(type.name, property.name,
             "list key \"" + key + "\" of " + item.name + " must be required() or defaulted()");
    }
    const Kind kind = table.at(found->type).kind;
    if (kind == Kind::kObject || kind == Kind::kMap || kind == Kind::kList || kind == Kind::kAny) {
      refuse(type.name, property.name, "list key \"" + key + "\" is no scalar");
    }
  }
}

void check_set(const TypeTable& table, const Type& type, const Property& property) {
  if (table.at(table.at(property.type).element).kind == Kind::kObject) {
    refuse(type.name, property.name, "list_set needs items that are scalars: use list_map");
  }
}

/// Two structs of one name would be one definition for every client.
void check_names(const TypeTable& table, std::size_t first) {
  for (std::size_t i = first; i < table.size(); ++i) {
    const Type& type = table.at(static_cast<TypeId>(i));
    if (type.name.empty()) continue;
    for (std::size_t k = 0; k < i; ++k) {
      const Type& other = table.at(static_cast<TypeId>(k));
      if (other.name == type.name && other.cpp_name != type.cpp_name) {
        refuse(type.name, "", "another struct has this name: give one of them a model_name()");
      }
    }
  }
}

void check_pattern(const Type& type, const Property& property) {
  try {
    const std::regex expression(property.constraints.pattern, std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    refuse(type.name, property.name, std::string("the pattern does not compile: ") + error.what());
  }
}

void check_limits(const Type& type, const Property& property) {
  const Constraints& limits = property.constraints;
  const auto above = [](const auto& least, const auto& most) {
    return least && most && *least > *most;
  };
  if (above(limits.minimum, limits.maximum)) {
    refuse(type.name, property.name, "its minimum is above its maximum");
  }
  if (above(limits.min_length, limits.max_length)) {
    refuse(type.name, property.name, "its min_length is above its max_length");
  }
  if (above(limits.min_items, limits.max_items)) {
    refuse(type.name, property.name, "its min_items is above its max_items");
  }
}

void normalize_initial(const TypeTable& table, const Type& type, const Property& property,
                       json::Value& value) {
  NormalizeReport report;
  const Result<void> done = normalize(table, property.type, value, report);
  if (!done) refuse(type.name, property.name, "its initial value: " + done.error().message);
}

/// Brings default and initial values into normal form. A value is normal only once those of the
/// types inside it are, so these go first; a type that contains itself does so where its initial
/// value is absent or empty.
class InitialValues {
 public:
  explicit InitialValues(TypeTable& table) : table_(table), done_(table.size()) {}

  void normalize_all(TypeId id) {
    if (done_[id]) return;
    done_[id] = true;
    Type& type = table_.at(id);
    if (type.kind == Kind::kList || type.kind == Kind::kMap) normalize_all(type.element);
    for (Property& property : type.properties) {
      normalize_all(property.type);
      if (property.initial) normalize_initial(table_, type, property, *property.initial);
      if (property.default_value) {
        normalize_initial(table_, type, property, *property.default_value);
      }
    }
  }

 private:
  TypeTable& table_;
  std::vector<bool> done_;
};

/// Notes which types are held whole: those that are, and contain, no type with texts of its own or
/// members that are not described. A type that contains itself is as what else it contains.
void note_all_held(TypeTable& table, std::size_t first) {
  const auto held = [&table](TypeId id) { return table.at(id).all_held; };
  for (std::size_t i = first; i < table.size(); ++i) {
    Type& type = table.at(static_cast<TypeId>(i));
    type.all_held = type.enum_values.empty() && !type.preserve_unknown;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = first; i < table.size(); ++i) {
      Type& type = table.at(static_cast<TypeId>(i));
      const bool nested = type.kind == Kind::kList || type.kind == Kind::kMap;
      const bool whole = (!nested || held(type.element)) &&
                         std::all_of(type.properties.begin(), type.properties.end(),
                                     [&](const Property& property) { return held(property.type); });
      if (type.all_held && !whole) {
        type.all_held = false;
        changed = true;
      }
    }
  }
}

void check_default(const TypeTable& table, const Type& type, const Property& property) {
  FieldErrors errors;
  validate_property(table, property, *property.default_value, FieldPath(property.name), errors);
  if (!errors.empty()) {
    refuse(type.name, property.name, "the default breaks its own rules: " + errors.aggregate());
  }
}

}  // namespace

Property* ObjectBase::add_property(std::string_view name, std::string_view description, TypeId type,
                                   std::optional<json::Value> initial) {
  Type& object = context_->table.at(type_);
  if (name.empty()) refuse(object.name, name, "a field needs a name");
  if (object.find(name) != nullptr) refuse(object.name, name, "described twice");
  ++described_;
  Property property;
  property.name = name;
  property.description = description;
  property.type = type;
  property.initial = std::move(initial);
  // Chained options write through the pointer before the next property is added.
  object.properties.push_back(std::move(property));
  return &object.properties.back();
}

const json::Value* ObjectBase::next_source(std::string_view name) {
  const json::Object& members = source_->as_object();
  // Those before have been found.
  const auto next = members.begin() + static_cast<std::ptrdiff_t>(next_);
  const auto found = std::find_if(next, members.end(),
                                  [&](const json::Member& member) { return member.name == name; });
  if (found == members.end()) return nullptr;
  if (found == next) ++next_;
  return &found->value;
}

const Property* ObjectBase::next_property(std::string_view name) {
  const Type& type = table_->at(type_);
  if (next_ < type.properties.size() && type.properties[next_].name == name) {
    return &type.properties[next_++];
  }
  return type.find(name);
}

bool ObjectBase::is_left_out(const Property& property, const json::Value& value) const {
  return schema::is_left_out(*table_, property, value);
}

void ObjectBase::finish(std::string_view cpp_name, std::size_t expected) const {
  if (partial_) return;
  if (expected == kUncounted) {
    refuse(cpp_name, "", "its members cannot be counted (it is no aggregate): say partial()");
  }
  std::size_t members = expected;
  for (const auto& base : bases_) {
    if (base.second == kUncounted) refuse(cpp_name, "", "a base is no aggregate: say partial()");
    members += base.second - 1;  // the base itself was counted as one
  }
  if (described_ != members) {
    refuse(cpp_name, "",
           "described " + std::to_string(described_) + " of " + std::to_string(members) +
               " members; describe the others or say partial()");
  }
}

TypeId add_enum(DescribeContext& context, std::string_view cpp_name,
                const std::vector<std::pair<std::int64_t, std::string>>& values) {
  const std::string& owner = context.table.at(context.owner).name;
  const std::string about = "the enum " + std::string(cpp_name) + " ";
  if (values.empty()) refuse(owner, context.member, about + "needs values");
  Type type;
  type.kind = Kind::kString;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (values[i].second == values[k].second) {
        refuse(owner, context.member, about + "has the text \"" + values[i].second + "\" twice");
      }
      if (values[i].first == values[k].first) {
        refuse(owner, context.member,
               about + "has two texts, \"" + values[k].second + "\" and \"" + values[i].second +
                   "\", for one value");
      }
    }
    type.enum_values.push_back(values[i].second);
  }
  return context.table.add(std::move(type));
}

bool begin_object(DescribeContext& context, const void* tag, std::string_view short_name,
                  std::string_view full_name, TypeId& id) {
  for (const auto& seen : context.seen) {
    if (seen.first == tag) {
      id = seen.second;
      return false;
    }
  }
  Type type;
  type.kind = Kind::kObject;
  type.name = context.prefix + "." + std::string(short_name);
  type.cpp_name = full_name;
  id = context.table.add(std::move(type));
  context.seen.emplace_back(tag, id);
  return true;
}

void finish_types(TypeTable& table, std::size_t first, TypeId root, std::string_view name) {
  table.at(root).name = name;
  check_names(table, first);
  for (std::size_t i = first; i < table.size(); ++i) {
    Type& type = table.at(static_cast<TypeId>(i));
    for (Property& property : type.properties) {
      if (property.list_type == ListType::kMap) check_list_keys(table, type, property);
      if (property.list_type == ListType::kSet) check_set(table, type, property);
      if (!property.constraints.pattern.empty()) check_pattern(type, property);
      check_limits(type, property);
    }
  }
  InitialValues(table).normalize_all(root);
  note_all_held(table, first);
  for (std::size_t i = first; i < table.size(); ++i) {
    const Type& type = table.at(static_cast<TypeId>(i));
    for (const Property& property : type.properties) {
      if (property.default_value) check_default(table, type, property);
    }
  }
}

}  // namespace annex::schema::detail
