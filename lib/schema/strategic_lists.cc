#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "annex/json/write.h"
#include "schema/strategic_merge.h"

namespace annex::schema {
namespace {

/// Tells values apart as Go's == does: a number and its text are two.
std::string identity(const json::Value& value) { return json::write(value); }

/// Go's name of a value's type, as decoded without a schema.
std::string_view go_type(const json::Value& value) {
  if (value.is_null()) return "<nil>";
  if (value.is_bool()) return "bool";
  if (value.is_integer()) return "int64";
  if (value.is_double()) return "float64";
  if (value.is_string()) return "string";
  return value.is_array() ? "[]interface {}" : "map[string]interface {}";
}

/// The one type of all items; both lists are not empty.
Result<std::string_view> item_type(const json::Array& a, const json::Array& b) {
  std::string_view type;
  for (const json::Array* list : {&a, &b}) {
    for (const json::Value& item : *list) {
      const std::string_view found = go_type(item);
      if (type.empty()) {
        if (item.is_array()) {
          return Error::generic(Reason::kInvalid, "lists of lists are not supported");
        }
        type = found;
      } else if (type != found) {
        return plain_error("list element types are not identical: [" + go_text(json::Value(a)) +
                           " " + go_text(json::Value(b)) + "]");
      }
    }
  }
  return type;
}

Result<void> check_keys(const json::Array& items, const std::string& merge_key) {
  for (const json::Value& item : items) {
    if (!item.is_object()) return bad_argument("map[string]interface {}", item);
    if (item.find(merge_key) == nullptr) return no_merge_key(item, merge_key);
  }
  return {};
}

/// The patch's items in the order of `wanted`, with the others between them as they were in `live`
/// as far as that goes.
json::Array interleave(json::Array items, const KeyIndex& wanted, const KeyIndex& live) {
  using Ranked = std::pair<std::size_t, json::Value>;
  std::vector<Ranked> asked;
  std::vector<Ranked> others;
  for (json::Value& item : items) {
    if (const auto place = wanted.find(item)) {
      asked.emplace_back(*place, std::move(item));
    } else {
      others.emplace_back(live.find(item).value_or(0), std::move(item));
    }
  }
  const auto by_rank = [](const Ranked& a, const Ranked& b) { return a.first < b.first; };
  std::stable_sort(asked.begin(), asked.end(), by_rank);
  std::stable_sort(others.begin(), others.end(), by_rank);
  json::Array result;
  result.reserve(items.size());
  auto other = others.begin();
  for (Ranked& each : asked) {
    const auto place = live.find(each.second);
    while (place && other != others.end() && other->first < *place) {
      result.push_back(std::move((other++)->second));
    }
    result.push_back(std::move(each.second));
  }
  for (; other != others.end(); ++other) result.push_back(std::move(other->second));
  return result;
}

/// The items of a patch but those with a directive, which are carried out on `original`.
Result<json::Array> carry_directives_out(const std::string& merge_key, json::Array& original,
                                         json::Array patch, bool& replace) {
  json::Array rest;
  std::unordered_set<std::string> doomed;
  for (json::Value& item : patch) {
    const json::Value* directive = item.find(kDirective);
    if (directive == nullptr) {
      rest.push_back(std::move(item));
    } else if (*directive == json::Value("delete")) {
      const json::Value* key = item.find(merge_key);
      if (key == nullptr) return no_merge_key(item, merge_key);
      doomed.insert(identity(*key));
    } else if (*directive == json::Value("replace")) {
      replace = true;
    } else if (*directive == json::Value("merge")) {
      return plain_error("merging lists cannot yet be specified in the patch");
    } else {
      return unknown_directive(*directive, item);
    }
  }
  if (!doomed.empty()) {
    const auto is_doomed = [&](const json::Value& item) {
      const json::Value* key = item.find(merge_key);
      return key != nullptr && doomed.count(identity(*key)) != 0;
    };
    original.erase(std::remove_if(original.begin(), original.end(), is_doomed), original.end());
  }
  return rest;
}

Result<json::Value> merge_by_key(const Below& below, json::Array original, json::Array patch) {
  const std::string& key = below.strategy.merge_key;
  bool replace = false;
  auto wanted = carry_directives_out(key, original, std::move(patch), replace);
  if (!wanted) return std::move(wanted).error();
  if (replace) {
    if (auto done = check_keys(*wanted, key); !done) return std::move(done).error();
    return json::Value(std::move(*wanted));
  }
  if (auto done = check_keys(*wanted, key); !done) return std::move(done).error();
  if (auto done = check_keys(original, key); !done) return std::move(done).error();
  const KeyIndex order(*wanted, key);
  const json::Array before = original;
  const KeyIndex live(before, key);
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < original.size(); ++i) {
    places.emplace(identity(*original[i].find(key)), i);
  }
  for (const json::Value& item : *wanted) {
    const auto [found, added] = places.emplace(identity(*item.find(key)), original.size());
    if (added) {
      original.push_back(item);
      continue;
    }
    json::Value& place = original[found->second];
    auto merged = merge_objects(below.place, std::move(place), item);
    if (!merged) return merged;
    place = std::move(*merged);
  }
  return json::Value(interleave(std::move(original), order, live));
}

Result<json::Value> merge_scalars(const json::Array& before, const json::Array& patch) {
  const KeyIndex order(patch, {});
  const KeyIndex live(before, {});
  std::unordered_set<std::string> seen;
  json::Array all;
  for (const json::Array* list : {&before, &patch}) {
    for (const json::Value& item : *list) {
      if (seen.insert(identity(item)).second) all.push_back(item);
    }
  }
  return json::Value(interleave(std::move(all), order, live));
}

/// Two walkers: each item of the patch must come in the order's own order.
Result<void> check_order(const Below& below, const json::Array& patch, const json::Array& order) {
  const std::string& key = below.strategy.merge_key;
  if (order.empty() || patch.empty()) return {};
  std::vector<const json::Value*> items;
  for (const json::Value& item : patch) {
    if (!key.empty() && !item.is_object()) return bad_argument("map[string]interface {}", item);
    if (item.find(kDirective) == nullptr) items.push_back(&item);
  }
  std::size_t next = 0;
  for (const json::Value& wanted : order) {
    if (next == items.size()) break;
    const json::Value* left = items[next];
    const json::Value* right = &wanted;
    if (!key.empty()) {
      if (!wanted.is_object()) return bad_argument("map[string]interface {}", wanted);
      left = items[next]->find(key);
      if (left == nullptr) return no_merge_key(*items[next], key);
      right = wanted.find(key);
      if (right == nullptr) return no_merge_key(wanted, key);
    }
    if (identity(*left) == identity(*right)) ++next;
  }
  if (next == items.size()) return {};
  return plain_error("The order in patch list:\n" + go_text(json::Value(patch)) +
                     "\n doesn't match $setElementOrder list:\n" + go_text(json::Value(order)) +
                     "\n");
}

}  // namespace

KeyIndex::KeyIndex(const json::Array& items, const std::string& merge_key) : merge_key_(merge_key) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const json::Value* key = merge_key_.empty() ? &items[i] : items[i].find(merge_key_);
    if (key != nullptr) places_.emplace(identity(*key), i);
  }
}

std::optional<std::size_t> KeyIndex::find(const json::Value& item) const {
  const json::Value* key = merge_key_.empty() ? &item : item.find(merge_key_);
  if (key == nullptr) return std::nullopt;
  const auto found = places_.find(identity(*key));
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

Result<json::Value> merge_lists(const Below& below, json::Array original, json::Array patch,
                                bool deletes) {
  if (original.empty() && patch.empty()) return json::Value(std::move(original));
  const auto type = item_type(original, patch);
  if (!type) return type.error();
  const bool objects = *type == "map[string]interface {}";
  if (!objects && !deletes) return merge_scalars(original, patch);
  if (!objects) {
    const KeyIndex doomed(patch, {});
    const auto is_doomed = [&](const json::Value& item) { return doomed.find(item).has_value(); };
    original.erase(std::remove_if(original.begin(), original.end(), is_doomed), original.end());
    return json::Value(std::move(original));
  }
  if (below.strategy.merge_key.empty()) {
    return plain_error("cannot merge lists without merge key for struct");
  }
  return merge_by_key(below, std::move(original), std::move(patch));
}

Result<json::Value> merge_ordered(const Below& below, const json::Array* original,
                                  const json::Array* patch, const json::Array& order) {
  const std::string& key = below.strategy.merge_key;
  if (patch != nullptr) {
    if (auto done = check_order(below, *patch, order); !done) return std::move(done).error();
  }
  if (original == nullptr && patch == nullptr) return json::Value();
  json::Value merged;
  if (patch == nullptr) {
    merged = *original;
  } else if (original == nullptr) {
    merged = *patch;
    remove_directives(merged);
  } else if (below.strategy.merge) {
    auto both = merge_lists(below, *original, *patch, false);
    if (!both) return both;
    merged = std::move(*both);
  } else {
    merged = *patch;
  }
  const json::Array none;
  const json::Array& live = original == nullptr ? none : *original;
  const auto type = item_type(live, patch == nullptr ? none : *patch);
  if (!type) return type.error();
  if (type->empty()) return plain_error("no elements in any of the given slices");
  if (!key.empty()) {
    for (const json::Array* list : {&std::as_const(merged).as_array(), &order}) {
      if (auto done = check_keys(*list, key); !done) return std::move(done).error();
    }
  }
  return json::Value(
      interleave(std::move(merged.as_array()), KeyIndex(order, key), KeyIndex(live, key)));
}

void discard_nulls(json::Value& root) {
  std::vector<json::Value*> pending{&root};
  while (!pending.empty()) {
    json::Value* value = pending.back();
    pending.pop_back();
    if (value->is_array()) {
      for (json::Value& item : value->as_array()) pending.push_back(&item);
    } else if (value->is_object()) {
      json::Object kept;
      for (json::Member& member : value->as_object()) {
        if (!member.value.is_null()) kept.append(std::move(member.name), std::move(member.value));
      }
      value->as_object() = std::move(kept);
      for (json::Member& member : value->as_object()) pending.push_back(&member.value);
    }
  }
}

void remove_directives(json::Value& root) {
  const auto is_directive = [](const json::Value& value) {
    return value.find(kDirective) != nullptr;
  };
  std::vector<json::Value*> pending{&root};
  while (!pending.empty()) {
    json::Value* value = pending.back();
    pending.pop_back();
    if (value->is_array()) {
      json::Array& items = value->as_array();
      items.erase(std::remove_if(items.begin(), items.end(), is_directive), items.end());
      for (json::Value& item : items) pending.push_back(&item);
    } else if (value->is_object()) {
      json::Object kept;
      for (json::Member& member : value->as_object()) {
        if (is_directive(member.value)) continue;
        kept.append(std::move(member.name), std::move(member.value));
      }
      value->as_object() = std::move(kept);
      for (json::Member& member : value->as_object()) pending.push_back(&member.value);
    }
  }
}

Error no_merge_key(const json::Value& item, const std::string& merge_key) {
  return plain_error("map: " + go_text(item) +
                     " does not contain declared merge key: " + merge_key);
}

Error unknown_directive(const json::Value& directive, const json::Value& item) {
  const std::string text = directive.is_null() ? "%!s(<nil>)" : go_text(directive);
  return plain_error("unknown patch type: " + text + " in map: " + go_text(item));
}

Error plain_error(std::string message) {
  Error error;
  error.message = std::move(message);
  return error;
}

Error bad_argument(std::string_view expected, const json::Value& actual) {
  return plain_error("expected a " + std::string(expected) + ", but received a " +
                     std::string(go_type(actual)));
}

}  // namespace annex::schema
