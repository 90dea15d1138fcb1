#include "schema/merge_type.h"

#include <string>

#include "annex/json/write.h"

namespace annex::schema {

MergeType::Free MergeType::free() const {
  if (type_ == nullptr) return free_;
  if (type_->kind != Kind::kAny || type_->format == Format::kIntOrString) return Free::kNo;
  return type_->format == Format::kRawExtension ? Free::kAtomic : Free::kDeduced;
}

/// As OpenAPI reads an object without members: free-form.
bool MergeType::open() const {
  return type_ != nullptr && type_->kind == Kind::kObject &&
         (type_->preserve_unknown || type_->properties.empty());
}

MergeType::Forms MergeType::forms() const {
  if (free() != Free::kNo) return {true, true, true};
  switch (type_->kind) {
    case Kind::kObject:
    case Kind::kMap:
      return {true, false, false};
    case Kind::kList:
      return {false, false, true};
    default:
      return {false, true, false};
  }
}

MergeType::Forms MergeType::forms_of(const json::Value* value) const {
  const Forms all = forms();
  if (value == nullptr || value->is_null()) return all;
  if (value->is_object()) return all.map ? Forms{true, false, false} : all;
  if (value->is_array()) return all.list ? Forms{false, false, true} : all;
  return all.scalar ? Forms{false, true, false} : all;
}

MergeType::Scalar MergeType::scalar() const {
  if (free() != Free::kNo) return Scalar::kUntyped;
  switch (type_->kind) {
    case Kind::kString:
      return type_->format == Format::kNone || type_->format == Format::kByte ||
                     type_->format == Format::kDuration
                 ? Scalar::kString
                 : Scalar::kUntyped;
    case Kind::kInteger:
    case Kind::kNumber:
      return Scalar::kNumeric;
    case Kind::kBoolean:
      return Scalar::kBoolean;
    case Kind::kAny:
      return Scalar::kUntyped;
    default:
      return Scalar::kNone;
  }
}

bool MergeType::map_is_atomic() const {
  if (free() == Free::kAtomic) return true;
  return (property_ != nullptr && property_->map_atomic) || (type_ != nullptr && type_->atomic);
}

bool MergeType::declares(std::string_view name) const {
  return type_ != nullptr && type_->kind == Kind::kObject && type_->find(name) != nullptr;
}

bool MergeType::allows(std::string_view name) const {
  return free() != Free::kNo || type_->kind == Kind::kMap || open() || declares(name);
}

MergeType MergeType::member(std::string_view name) const {
  if (free() != Free::kNo) return {*table_, free()};
  if (type_->kind == Kind::kMap) return {*table_, type_->element};
  const Property* property = type_->kind == Kind::kObject ? type_->find(name) : nullptr;
  if (property != nullptr) return {*table_, *property};
  return {*table_, Free::kDeduced};
}

bool MergeType::list_is_atomic() const {
  return property_ == nullptr || free() != Free::kNo || property_->list_type == ListType::kAtomic;
}

MergeType MergeType::item() const {
  // What is inside a free-form list is replaced with it.
  if (free() != Free::kNo) return {*table_, Free::kAtomic};
  return {*table_, type_->element};
}

Result<PathElement> MergeType::element_of(const json::Value& item) const {
  if (property_->list_type == ListType::kMap) return keyed_element(item);
  if (item.is_object()) {
    return Error::bad_request("associative list without keys has an element that's a map type");
  }
  if (item.is_array()) {
    return Error::bad_request("not supported: associative list with lists as elements");
  }
  if (item.is_null()) {
    return Error::bad_request(
        "associative list without keys has an element that's an explicit null");
  }
  return PathElement::value(item);
}

Result<PathElement> MergeType::keyed_element(const json::Value& item) const {
  if (item.is_null()) {
    return Error::bad_request("associative list with keys may not have a null element");
  }
  if (!item.is_object()) {
    return Error::bad_request("associative list with keys may not have non-map elements");
  }
  const Type& type = table_->at(type_->element);
  json::Object keys;
  for (const std::string& name : property_->list_keys) {
    const json::Value* value = item.find(name);
    if (value == nullptr) {
      const Property* property = type.find(name);
      if (property == nullptr || !property->default_value) continue;
      value = &*property->default_value;
    }
    if (value->is_object() || value->is_array()) {
      return Error::bad_request("associative list has an element whose key field " +
                                json::quoted(name) + " is no scalar");
    }
    keys.append(name, *value);
  }
  if (!keys.empty()) return PathElement::key(std::move(keys));
  std::string names;
  for (const std::string& name : property_->list_keys) {
    names += (names.empty() ? "" : " ") + json::quoted(name);
  }
  return Error::bad_request(
      "associative list with keys has an element that omits all key fields [" + names +
      "] (and doesn't have default values for any key fields)");
}

bool MergeType::is_deduced() const {
  if (free() != Free::kNo) return free() == Free::kDeduced;
  return type_->kind == Kind::kObject && type_->properties.empty();
}

}  // namespace annex::schema
