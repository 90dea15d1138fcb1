#include "schema/path_element.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace annex::schema {
namespace {

/// Items of sets are scalars, and so are keys; what nests deeper than this is damaged.
constexpr std::size_t kMaxDepth = 32;

int rank(const json::Value& value) {
  if (value.is_number()) return 0;
  if (value.is_string()) return 1;
  if (value.is_bool()) return 2;
  if (value.is_array()) return 3;
  return value.is_object() ? 4 : 5;
}

template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

int compare_numbers(const json::Value& a, const json::Value& b) {
  if (a.is_int64() && b.is_int64()) return order(a.as_int64(), b.as_int64());
  if (a.is_uint64() && b.is_uint64()) return order(a.as_uint64(), b.as_uint64());
  if (a.is_integer() && b.is_integer()) return a.is_uint64() ? 1 : -1;
  return order(a.as_double(), b.as_double());
}

std::vector<const json::Member*> sorted(const json::Object& object) {
  std::vector<const json::Member*> members;
  members.reserve(object.size());
  for (const json::Member& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const json::Member* a, const json::Member* b) { return a->name < b->name; });
  return members;
}

int compare_objects(const json::Object& a, const json::Object& b) {
  const auto left = sorted(a);
  const auto right = sorted(b);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const int names = left[i]->name.compare(right[i]->name); names != 0) return names;
    const int values = compare_values(left[i]->value, right[i]->value);
    if (values != 0) return values;
  }
  return order(left.size(), right.size());
}

/// Go's %v of a number, %q of a text.
std::string shown_value(const json::Value& value) {
  return value.is_string() ? json::quoted(value.as_string()) : json::write(value);
}

}  // namespace

int compare_values(const json::Value& a, const json::Value& b) {
  if (const int ranks = order(rank(a), rank(b)); ranks != 0) return ranks;
  if (a.is_number()) return compare_numbers(a, b);
  if (a.is_string()) return a.as_string().compare(b.as_string());
  if (a.is_bool()) return order(a.as_bool(), b.as_bool());
  if (a.is_object()) return compare_objects(a.as_object(), b.as_object());
  if (!a.is_array()) return 0;
  const json::Array& left = a.as_array();
  const json::Array& right = b.as_array();
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const int items = compare_values(left[i], right[i]); items != 0) return items;
  }
  return order(left.size(), right.size());
}

PathElement PathElement::key(json::Object keys) {
  std::sort(keys.begin(), keys.end(),
            [](const json::Member& a, const json::Member& b) { return a.name < b.name; });
  return {Kind::kKey, std::move(keys)};
}

Result<std::optional<PathElement>> PathElement::parse(std::string_view text) {
  if (text.size() < 2) return Error::bad_request("key must be 2 characters long:");
  if (text[1] != ':') return Error::bad_request("missing colon: " + std::string(text));
  const std::string_view rest = text.substr(2);
  if (text[0] == 'f') return std::optional(field(rest));
  if (text[0] == 'i') {
    std::int64_t position = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), position);
    if (read.ec != std::errc() || read.ptr != rest.data() + rest.size()) {
      return Error::bad_request("strconv.Atoi: parsing " + json::quoted(rest) + ": invalid syntax");
    }
    return std::optional(PathElement(Kind::kIndex, position));
  }
  if (text[0] != 'k' && text[0] != 'v') return std::optional<PathElement>();
  json::ReadOptions options;
  options.max_depth = kMaxDepth;
  auto document = json::read(rest, options);
  if (!document) return std::move(document).error();
  if (text[0] == 'v') return std::optional(value(std::move(document->value)));
  if (!document->value.is_object()) {
    return Error::bad_request("no object of key fields: " + std::string(rest));
  }
  return std::optional(key(std::move(document->value.as_object())));
}

std::string PathElement::text() const {
  switch (kind_) {
    case Kind::kField:
      return "f:" + name();
    case Kind::kKey:
      return "k:" + json::write(value_);
    case Kind::kValue:
      return "v:" + json::write(value_);
    case Kind::kIndex:
      break;
  }
  return "i:" + json::write(value_);
}

std::string PathElement::shown() const {
  switch (kind_) {
    case Kind::kField:
      return "." + name();
    case Kind::kKey: {
      std::string keys;
      for (const json::Member& key : value_.as_object()) {
        keys += (keys.empty() ? "" : ",") + key.name + "=" + shown_value(key.value);
      }
      return "[" + keys + "]";
    }
    case Kind::kValue:
      return "[=" + shown_value(value_) + "]";
    case Kind::kIndex:
      break;
  }
  return "[" + json::write(value_) + "]";
}

int PathElement::compare(const PathElement& other) const {
  if (kind_ != other.kind_) return order(kind_, other.kind_);
  if (kind_ == Kind::kField) return name().compare(other.name());
  if (kind_ != Kind::kKey) return compare_values(value_, other.value_);
  // The members are sorted already.
  const json::Object& left = value_.as_object();
  const json::Object& right = other.value_.as_object();
  auto b = right.begin();
  for (auto a = left.begin(); a != left.end() && b != right.end(); ++a, ++b) {
    if (const int names = a->name.compare(b->name); names != 0) return names;
    if (const int values = compare_values(a->value, b->value); values != 0) return values;
  }
  return order(left.size(), right.size());
}

}  // namespace annex::schema
