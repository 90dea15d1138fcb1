#include "annex/schema/normalize.h"

#include <algorithm>

#include "annex/json/write.h"
#include "annex/schema/field_error.h"
#include "annex/schema/formats.h"

namespace annex::schema {
namespace {

constexpr std::size_t kMaxUnknown = 100;
/// Types nest by recursion here; free-form JSON below them does not.
constexpr int kMaxTypedDepth = 500;

std::string_view expected_name(const Type& type) {
  switch (type.kind) {
    case Kind::kObject:
      return "object";
    case Kind::kMap:
      return "map";
    case Kind::kList:
      return "list";
    case Kind::kString:
      return type.format == Format::kByte ? "[]byte" : "string";
    case Kind::kInteger:
      return type.format == Format::kInt32 ? "int32" : "int64";
    case Kind::kNumber:
      return "float64";
    case Kind::kBoolean:
      return "bool";
    case Kind::kAny:
      break;
  }
  return "any";
}

/// Where a value is, as links up to the root: written out only where something is wrong.
struct Path {
  const Path* parent = nullptr;
  std::string_view name{};
  std::size_t index = 0;
  int depth = 0;

  Path member(std::string_view member_name) const { return {this, member_name, 0, depth + 1}; }
  Path item(std::size_t position) const { return {this, {}, position, depth + 1}; }
  bool is_root() const { return parent == nullptr; }

  std::string text() const {
    std::vector<const Path*> steps;
    for (const Path* step = this; !step->is_root(); step = step->parent) steps.push_back(step);
    std::string text;
    for (std::size_t i = steps.size(); i-- > 0;) {
      if (steps[i]->name.data() == nullptr) {
        text += "[" + std::to_string(steps[i]->index) + "]";
      } else {
        if (!text.empty()) text += ".";
        text += steps[i]->name;
      }
    }
    return text;
  }
};

bool is_empty_container(const json::Value& value) {
  return (value.is_array() && value.as_array().empty()) ||
         (value.is_object() && value.as_object().empty());
}

class Normalizer {
 public:
  Normalizer(const TypeTable& table, NormalizeReport& report) : table_(table), report_(report) {}

  Result<void> value(TypeId id, json::Value& value, const Path& path) {
    const Type& type = table_.at(id);
    if (path.depth > kMaxTypedDepth)
      return Error::bad_request("exceeded max depth of typed values");
    if (value.is_null()) value = zero(type);
    switch (type.kind) {
      case Kind::kObject:
        return object(type, value, path);
      case Kind::kMap:
        return map(type, value, path);
      case Kind::kList:
        return list(type, value, path);
      case Kind::kString:
        return string(type, value, path);
      case Kind::kInteger:
        return integer(type, value, path);
      case Kind::kNumber:
        if (!value.is_number()) return mismatch(type, value, path);
        if (value.is_integer()) value = value.as_double();
        return {};
      case Kind::kBoolean:
        if (!value.is_bool()) return mismatch(type, value, path);
        return {};
      case Kind::kAny:
        if (type.format == Format::kIntOrString) return int_or_string(type, value, path);
        return {};
    }
    return {};
  }

 private:
  static json::Value zero(const Type& type) {
    switch (type.kind) {
      case Kind::kObject:
      case Kind::kMap:
        return json::Object();
      case Kind::kList:
        return json::Array();
      case Kind::kString:
        return type.format == Format::kQuantity   ? "0"
               : type.format == Format::kDuration ? "0s"
                                                  : "";
      case Kind::kInteger:
        return 0;
      case Kind::kNumber:
        return 0.0;
      case Kind::kBoolean:
        return false;
      case Kind::kAny:
        break;
    }
    if (type.format == Format::kIntOrString) return 0;
    return {};
  }

  static Error mismatch(const Type& type, const json::Value& value, const Path& path) {
    return Error::bad_request("json: cannot unmarshal " + std::string(value.type_name()) +
                              (path.is_root() ? "" : " into field " + path.text()) + " of type " +
                              std::string(expected_name(type)));
  }

  void note_unknown(const Path& place) {
    auto& unknown = report_.unknown_fields;
    if (unknown.size() >= kMaxUnknown) return;
    std::string path = place.text();
    if (std::find(unknown.begin(), unknown.end(), path) == unknown.end()) {
      unknown.push_back(std::move(path));
    }
  }

  Result<void> object(const Type& type, json::Value& value, const Path& path) {
    if (!value.is_object()) return mismatch(type, value, path);
    json::Object& given = value.as_object();
    // Most objects have their order already; many are in their form as a whole.
    bool in_order = true;
    bool whole = true;
    std::size_t next = 0;  // the property that may follow
    // First in document order, so that errors and unknown members come as the client wrote them.
    for (json::Member& member : given) {
      const Property* property = find(type, member.name, next);
      if (property == nullptr) {
        if (!type.preserve_unknown) note_unknown(path.member(member.name));
        in_order = in_order && !type.preserve_unknown;
        whole = false;
        continue;
      }
      const auto place = static_cast<std::size_t>(property - type.properties.data());
      in_order = in_order && place >= next && !any_default(type, next, place);
      next = place + 1;
      if (!member.value.is_null()) {
        auto done = this->value(property->type, member.value, path.member(member.name));
        if (!done) return done;
      }
      if (member.value.is_null()) in_order = in_order && !property->default_value;
      whole = whole && !is_left_out(table_, *property, member.value);
    }
    in_order = in_order && !any_default(type, next, type.properties.size());
    if (in_order && whole) return {};
    if (in_order) {
      drop_left_out(type, given);
    } else {
      value = ordered(type, given);
    }
    return {};
  }

  /// The property of a name; most often `hint` is its place.
  static const Property* find(const Type& type, std::string_view name, std::size_t hint) {
    const auto& properties = type.properties;
    if (hint < properties.size() && properties[hint].name == name) return &properties[hint];
    return type.find(name);
  }

  /// Requires: the members are in order, and none is missing.
  void drop_left_out(const Type& type, json::Object& given) const {
    std::size_t next = 0;
    given.remove_if([&](const json::Member& member) {
      const Property* property = find(type, member.name, next);
      if (property == nullptr) return true;
      next = static_cast<std::size_t>(property - type.properties.data()) + 1;
      return is_left_out(table_, *property, member.value);
    });
  }

  json::Object ordered(const Type& type, json::Object& given) const {
    json::Object result;
    result.reserve(given.size());
    for (const Property& property : type.properties) {
      json::Value* present = given.find(property.name);
      if (present != nullptr && !present->is_null()) {
        if (!is_left_out(table_, property, *present))
          result.append(property.name, std::move(*present));
      } else if (property.default_value) {
        result.append(property.name, *property.default_value);
      }
    }
    if (type.preserve_unknown) {
      for (json::Member& member : given) {
        if (type.find(member.name) == nullptr) result.append(member.name, std::move(member.value));
      }
    }
    return result;
  }

  /// True if one of these properties is filled in where it is absent.
  static bool any_default(const Type& type, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (type.properties[i].default_value) return true;
    }
    return false;
  }

  Result<void> map(const Type& type, json::Value& value, const Path& path) {
    if (!value.is_object()) return mismatch(type, value, path);
    json::Object& members = value.as_object();
    for (json::Member& member : members) {
      auto done = this->value(type.element, member.value, path.member(member.name));
      if (!done) return done;
    }
    const auto by_name = [](const json::Member& a, const json::Member& b) {
      return a.name < b.name;
    };
    if (!std::is_sorted(members.begin(), members.end(), by_name)) {
      std::sort(members.begin(), members.end(), by_name);
    }
    return {};
  }

  Result<void> list(const Type& type, json::Value& value, const Path& path) {
    if (!value.is_array()) return mismatch(type, value, path);
    std::size_t position = 0;
    for (json::Value& item : value.as_array()) {
      auto done = this->value(type.element, item, path.item(position++));
      if (!done) return done;
    }
    return {};
  }

  Result<void> string(const Type& type, json::Value& value, const Path& path) {
    if (type.format == Format::kQuantity && value.is_number()) value = json::write(value);
    if (!value.is_string()) return mismatch(type, value, path);
    const std::string& text = value.as_string();
    auto wrong = [&](std::string_view why) {
      return Error::bad_request("json: cannot unmarshal " + json::quoted(text) + " into field " +
                                path.text() + ": " + std::string(why));
    };
    switch (type.format) {
      case Format::kDateTime:
      case Format::kMicroTime: {
        const bool micro = type.format == Format::kMicroTime;
        auto time = micro ? canonical_rfc3339_micro(text) : canonical_rfc3339(text);
        if (!time) {
          return wrong(micro ? "parsing time as RFC 3339 with six digits of a fraction"
                             : "parsing time as RFC 3339");
        }
        value = std::move(*time);
        return {};
      }
      case Format::kDuration: {
        const auto duration = parse_go_duration(text);
        if (!duration) return wrong("time: invalid duration " + json::quoted(text));
        value = write_go_duration(*duration);
        return {};
      }
      case Format::kQuantity: {
        Result<std::string> quantity = canonical_quantity(text);
        if (!quantity) return wrong(quantity.error().message);
        value = std::move(*quantity);
        return {};
      }
      case Format::kByte: {
        const std::optional<std::string> bytes = parse_base64(text);
        if (!bytes) return wrong("illegal base64 data");
        value = write_base64(*bytes);
        return {};
      }
      default:
        return {};
    }
  }

  static Result<void> integer(const Type& type, const json::Value& value, const Path& path) {
    const bool fits =
        value.is_int64() && (type.format != Format::kInt32 ||
                             (value.as_int64() >= INT32_MIN && value.as_int64() <= INT32_MAX));
    if (!fits) return mismatch(type, value, path);
    return {};
  }

  static Result<void> int_or_string(const Type& type, const json::Value& value, const Path& path) {
    const bool is_int32 =
        value.is_int64() && value.as_int64() >= INT32_MIN && value.as_int64() <= INT32_MAX;
    if (!is_int32 && !value.is_string()) return mismatch(type, value, path);
    return {};
  }

  const TypeTable& table_;
  NormalizeReport& report_;
};

}  // namespace

bool is_left_out(const TypeTable& table, const Property& property, const json::Value& value) {
  if (value.is_null()) return true;
  if (property.initial) return value == *property.initial;
  if (property.required || property.default_value || !is_empty_container(value)) return false;
  const Kind kind = table.at(property.type).kind;
  return kind == Kind::kMap || kind == Kind::kList;
}

Result<void> normalize(const TypeTable& table, TypeId type, json::Value& value,
                       NormalizeReport& report) {
  return Normalizer(table, report).value(type, value, {});
}

}  // namespace annex::schema
