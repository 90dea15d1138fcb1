#include "schema/strategic_merge.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "annex/json/write.h"
#include "json/name_index.h"

namespace annex::schema {
namespace {

constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList";
constexpr std::string_view kElementOrder = "$setElementOrder";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr int kMaxDepth = 200;

bool begins_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

/// What follows the directive and its slash.
std::optional<std::string> list_of(const std::string& name, std::string_view directive) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos || std::string_view(name).substr(0, slash) != directive) {
    return std::nullopt;
  }
  return name.substr(slash + 1);
}

/// What Go's type of the same shape is called.
std::string short_name(const Type& type) {
  if (type.kind == Kind::kAny) {
    return type.format == Format::kRawExtension ? "RawExtension" : "JSON";
  }
  return type.name.substr(type.name.rfind('.') + 1);
}

Result<Below> below(const Place& place, const std::string& name) {
  const Type& type = place.table->at(place.type);
  if (type.kind == Kind::kMap) {
    return plain_error("merging an object in json but data type is not struct, instead is: map");
  }
  const Property* property = type.kind == Kind::kObject ? type.find(name) : nullptr;
  if (property == nullptr) {
    return plain_error("unable to find api field in struct " + short_name(type) +
                       " for the json field " + json::quoted(name));
  }
  return Below{{place.table, property->type, place.depth + 1},
               patch_strategy(*place.table, *property)};
}

/// The place of a list's items.
Result<Below> below_list(const Place& place, const std::string& name) {
  auto found = below(place, name);
  if (!found) return found;
  const Type& type = place.table->at(found->place.type);
  if (type.kind == Kind::kAny) return found;
  if (type.kind != Kind::kList) {
    return plain_error("expected slice or array type, but got: struct");
  }
  if (place.table->at(type.element).kind == Kind::kList) {
    return plain_error("unexpected slice of slice");
  }
  found->place.type = type.element;
  return found;
}

Result<void> retain_keys(json::Object& original, json::Object& patch) {
  const json::Value* found = patch.find(kRetainKeys);
  if (found == nullptr) return {};
  const json::Value names = *found;
  patch.erase(kRetainKeys);
  const Error bad = Error::bad_request("invalid patch format of retainKeys");
  if (!names.is_array()) return bad;
  std::unordered_set<std::string_view> retained;
  for (const json::Value& name : names.as_array()) {
    if (name.is_string()) retained.insert(name.as_string());
  }
  for (const json::Member& member : patch) {
    if (member.value.is_null() || begins_with(member.name, kDeleteFromList) ||
        begins_with(member.name, kElementOrder)) {
      continue;
    }
    if (retained.count(member.name) == 0) return bad;
  }
  json::Object kept;
  for (json::Member& member : original) {
    if (retained.count(member.name) != 0) {
      kept.append(std::move(member.name), std::move(member.value));
    }
  }
  original = std::move(kept);
  return {};
}

/// Carries one `$setElementOrder/<list>` out, with the list of the patch.
Result<void> order_list(const Place& place, const std::string& directive, const json::Value& wanted,
                        json::Object& original, json::Object& patch) {
  if (!wanted.is_array()) return bad_argument("[]interface {}", wanted);
  const auto name = list_of(directive, kElementOrder);
  if (!name) return Error::bad_request("invalid patch format of setElementOrder list");
  const json::Value* live = original.find(*name);
  const json::Value* given = patch.find(*name);
  for (const json::Value* list : {live, given}) {
    if (list != nullptr && !list->is_array()) return bad_argument("[]interface {}", *list);
  }
  auto items = below_list(place, *name);
  if (!items) return std::move(items).error();
  if (live == nullptr && given == nullptr) {
    // The directive alone is still to make sense.
    auto checked = merge_ordered(*items, nullptr, nullptr, wanted.as_array());
    return checked ? Result<void>() : std::move(checked).error();
  }
  auto merged = merge_ordered(*items, live == nullptr ? nullptr : &live->as_array(),
                              given == nullptr ? nullptr : &given->as_array(), wanted.as_array());
  if (!merged) return std::move(merged).error();
  original.set(*name, std::move(*merged));
  patch.erase(*name);
  return {};
}

Result<void> order_lists(const Place& place, json::Object& original, json::Object& patch) {
  std::vector<json::Member> directives;
  json::Object rest;
  for (json::Member& member : patch) {
    if (begins_with(member.name, kElementOrder)) {
      directives.push_back(std::move(member));
    } else {
      rest.append(std::move(member.name), std::move(member.value));
    }
  }
  patch = std::move(rest);
  for (const json::Member& each : directives) {
    if (auto done = order_list(place, each.name, each.value, original, patch); !done) return done;
  }
  return {};
}

bool same_type(const json::Value& a, const json::Value& b) {
  return a.type_name() == b.type_name() && a.is_double() == b.is_double();
}

/// What becomes of one member, which is null in `live` if it is not there; nothing: it goes.
Result<std::optional<json::Value>> merge_member(const Place& place, const std::string& name,
                                                json::Value value, bool deletes,
                                                json::Value* live) {
  const auto unchanged = [&] {
    return live == nullptr ? std::optional<json::Value>() : std::optional(std::move(*live));
  };
  if (value.is_null()) return std::optional<json::Value>();
  if (live == nullptr || !same_type(*live, value)) {
    if (deletes) return unchanged();
    discard_nulls(value);
    if (value.is_object() && value.find(kDirective) != nullptr) return std::optional<json::Value>();
    remove_directives(value);
    return std::optional(std::move(value));
  }
  Result<json::Value> merged = json::Value();
  if (live->is_object()) {
    auto down = below(place, name);
    if (!down) return std::move(down).error();
    merged = merge_objects(down->place, std::move(*live), std::move(value));
  } else if (live->is_array()) {
    auto down = below_list(place, name);
    if (!down) return std::move(down).error();
    if (!down->strategy.merge && !deletes) return std::optional(std::move(value));
    merged = merge_lists(*down, std::move(live->as_array()), std::move(value.as_array()), deletes);
  } else {
    merged = std::move(value);
  }
  if (!merged) return std::move(merged).error();
  return std::optional(std::move(*merged));
}

/// Everything but the directives that have been carried out already.
Result<void> merge_members(const Place& place, json::Object& live, json::Object& patch) {
  json::NameIndex names;
  std::unordered_set<std::ptrdiff_t> gone;
  for (json::Member& member : patch) {
    const bool deletes = begins_with(member.name, kDeleteFromList);
    std::string name = member.name;
    if (deletes) {
      auto list = list_of(member.name, kDeleteFromList);
      if (!list) return Error::bad_request("invalid patch format of primitive list");
      name = std::move(*list);
    }
    const auto at = names.place(live, name);
    const bool there = at && gone.count(*at) == 0;
    auto made = merge_member(place, name, std::move(member.value), deletes,
                             there ? &(live.begin() + *at)->value : nullptr);
    if (!made) return std::move(made).error();
    if (*made && at) {
      (live.begin() + *at)->value = std::move(**made);
      gone.erase(*at);
    } else if (*made) {
      live.append(name, std::move(**made));
    } else if (at) {
      gone.insert(*at);
    }
  }
  if (gone.empty()) return {};
  json::Object kept;
  for (auto member = live.begin(); member != live.end(); ++member) {
    if (gone.count(member - live.begin()) != 0) continue;
    kept.append(std::move(member->name), std::move(member->value));
  }
  live = std::move(kept);
  return {};
}

}  // namespace

PatchStrategy patch_strategy(const TypeTable& table, const Property& property) {
  if (table.at(property.type).kind != Kind::kList) return {};
  if (property.list_type == ListType::kSet) return {true, {}};
  if (property.list_type == ListType::kMap && property.list_keys.size() == 1) {
    return {true, property.list_keys.front()};
  }
  return {};
}

Result<json::Value> merge_objects(const Place& place, json::Value original, json::Value patch) {
  if (place.depth > kMaxDepth) {
    return Error::bad_request("the patch goes deeper than " + std::to_string(kMaxDepth) +
                              " levels into the object");
  }
  json::Object& wanted = patch.as_object();
  if (const json::Value* directive = wanted.find(kDirective)) {
    if (*directive == json::Value("replace")) {
      wanted.erase(kDirective);
      return patch;
    }
    if (*directive == json::Value("delete")) return json::Value(json::Object());
    return unknown_directive(*directive, patch);
  }
  json::Object& live = original.as_object();
  if (auto done = retain_keys(live, wanted); !done) return std::move(done).error();
  if (auto done = order_lists(place, live, wanted); !done) return std::move(done).error();
  if (auto done = merge_members(place, live, wanted); !done) return std::move(done).error();
  return original;
}

Result<json::Value> strategic_merge(const TypeTable& table, TypeId type, json::Value target,
                                    json::Value patch) {
  return merge_objects({&table, type, 0}, std::move(target), std::move(patch));
}

}  // namespace annex::schema
