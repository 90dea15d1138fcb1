#include "testing/random_document.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "annex/schema/formats.h"
#include "schema/list_items.h"

namespace annex::testing {
namespace {

constexpr int kMaxDepth = 6;
constexpr const char* kMeta = "metadata";

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

}  // namespace

json::Value RandomDocuments::make(schema::TypeId type) {
  json::Value document = object(type, "", 0);
  json::Object meta{{"name", "x"}, {"namespace", "default"}, {"labels", json::Object{{"a", "b"}}}};
  document.as_object().set(kMeta, std::move(meta));
  return document;
}

json::Value RandomDocuments::object(schema::TypeId type, const std::string& path, int depth) {
  json::Object made;
  for (const schema::Property& property : table_.at(type).properties) {
    if (path.empty() && property.name == kMeta) continue;
    if (!property.required && chance(3)) continue;
    auto found = member(property, below(path, property.name), depth);
    if (found) made.append(property.name, std::move(*found));
  }
  return made;
}

std::optional<json::Value> RandomDocuments::member(const schema::Property& property,
                                                   const std::string& path, int depth) {
  const schema::Constraints& limits = property.constraints;
  const schema::Type& type = table_.at(property.type);
  if (depth >= kMaxDepth || !limits.pattern.empty()) return std::nullopt;
  set_.insert(path);
  const bool plain = type.format == schema::Format::kNone && type.enum_values.empty();
  if (type.kind == schema::Kind::kString && plain) {
    const std::size_t least = limits.min_length.value_or(0);
    return json::Value(text(least, limits.max_length.value_or(least + 12)));
  }
  if (type.kind == schema::Kind::kInteger) {
    const double bound = type.format == schema::Format::kInt64 ? 9e18 : 2147483647.0;
    return json::Value(whole(static_cast<std::int64_t>(std::ceil(limits.minimum.value_or(-bound))),
                             static_cast<std::int64_t>(limits.maximum.value_or(bound))));
  }
  if (type.kind == schema::Kind::kNumber) {
    const double least = limits.minimum.value_or(-1000);
    const double most = limits.maximum.value_or(std::max(least, 0.0) + 1000);
    return json::Value(least + (most - least) * static_cast<double>(random_.below(1025)) / 1024);
  }
  if (type.kind != schema::Kind::kList) return value(property.type, path, depth);
  const std::size_t least = limits.min_items.value_or(0);
  const std::size_t most = std::min(limits.max_items.value_or(least + 3), least + 3);
  const std::size_t wanted = least + random_.below(most - least + 1);
  json::Array items;
  for (std::size_t i = 0; items.size() < wanted && i < 4 * wanted; ++i) {
    json::Value item = value(type.element, path + "[]", depth + 1);
    const json::Value key = schema::item_key(property, item);
    const bool known = property.list_type != schema::ListType::kAtomic &&
                       std::any_of(items.begin(), items.end(), [&](const json::Value& other) {
                         return schema::item_key(property, other) == key;
                       });
    if (!known) items.push_back(std::move(item));
  }
  return json::Value(std::move(items));
}

json::Value RandomDocuments::value(schema::TypeId id, const std::string& path, int depth) {
  const schema::Type& type = table_.at(id);
  if (!type.enum_values.empty()) return type.enum_values[random_.below(type.enum_values.size())];
  if (type.format != schema::Format::kNone && type.kind != schema::Kind::kInteger &&
      type.kind != schema::Kind::kNumber) {
    return formatted(type.format);
  }
  switch (type.kind) {
    case schema::Kind::kObject:
      return depth >= kMaxDepth ? json::Value(json::Object()) : object(id, path, depth + 1);
    case schema::Kind::kMap: {
      json::Object made;
      for (std::uint64_t i = random_.below(3); i > 0; --i) {
        made.set(text(1, 8), value(type.element, path + "{}", depth + 1));
      }
      return made;
    }
    case schema::Kind::kList: {
      json::Array items;
      for (std::uint64_t i = random_.below(3); i > 0; --i) {
        items.push_back(value(type.element, path + "[]", depth + 1));
      }
      return items;
    }
    case schema::Kind::kString:
      return text(0, 12);
    case schema::Kind::kInteger:
      return whole(-1000, 1000);
    case schema::Kind::kNumber:
      return static_cast<double>(whole(-1000, 1000)) / 8;
    case schema::Kind::kBoolean:
      return chance(2);
    case schema::Kind::kAny:
      return json::Object{{text(1, 4), text(0, 4)}, {"list", json::Array{1, true, text(0, 3)}}};
  }
  return {};
}

json::Value RandomDocuments::formatted(schema::Format format) {
  const util::WallTime time{std::chrono::seconds(whole(0, 4000000000))};
  switch (format) {
    case schema::Format::kByte:
      return schema::write_base64(text(0, 9));
    case schema::Format::kDateTime:
      return schema::write_rfc3339(time);
    case schema::Format::kMicroTime:
      return schema::write_rfc3339_micro(time + std::chrono::microseconds(whole(0, 999999)));
    case schema::Format::kDuration:
      return schema::write_go_duration(whole(0, 1000000) * 1000000);
    case schema::Format::kQuantity:
      return std::to_string(whole(0, 5000)) + (chance(2) ? "m" : "Mi");
    case schema::Format::kIntOrString:
      return chance(2) ? json::Value(whole(0, 65535)) : json::Value(text(1, 5));
    default:
      return json::Object{{"kind", text(1, 6)}, {"a", text(0, 6)}};
  }
}

std::string RandomDocuments::text(std::size_t least, std::size_t most) {
  static constexpr const char* kLetters[] = {"a", "b",  "Z",  "0", "-",        ".",
                                             " ", "\"", "\\", "<", "\xC3\xA9", "\xE2\x82\xAC"};
  std::string made;
  for (std::size_t i = least + random_.below(most - least + 1); i > 0; --i) {
    made += kLetters[random_.below(std::size(kLetters))];
  }
  return made;
}

std::int64_t RandomDocuments::whole(std::int64_t least, std::int64_t most) {
  const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  // Small numbers are as likely as all others.
  const std::uint64_t bound = chance(2) ? std::min<std::uint64_t>(span, 100) : span;
  const std::uint64_t step = bound == std::numeric_limits<std::uint64_t>::max()
                                 ? random_.next()
                                 : random_.below(bound + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + step);
}

std::set<std::string> RandomDocuments::fields(schema::TypeId root) const {
  std::set<std::string> found;
  std::set<schema::TypeId> above;
  const auto walk = [&](const auto& self, schema::TypeId id, const std::string& path) -> void {
    const schema::Type& type = table_.at(id);
    if (type.kind == schema::Kind::kList) return self(self, type.element, path + "[]");
    if (type.kind == schema::Kind::kMap) return self(self, type.element, path + "{}");
    // A type that holds itself is walked through once.
    if (type.kind != schema::Kind::kObject || !above.insert(id).second) return;
    for (const schema::Property& property : type.properties) {
      if (path.empty() && property.name == kMeta) continue;
      found.insert(below(path, property.name));
      self(self, property.type, below(path, property.name));
    }
    above.erase(id);
  };
  walk(walk, root, "");
  return found;
}

}  // namespace annex::testing
