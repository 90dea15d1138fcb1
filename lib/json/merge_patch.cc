#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "annex/json/patch.h"
#include "json/name_index.h"

namespace annex::json {
namespace {

/// Keeps the members for which `keep` holds, in one pass.
template <typename Keep>
void keep_members(Object& object, Keep keep) {
  Object kept;
  kept.reserve(object.size());
  for (Member& member : object) {
    if (keep(member)) kept.append(std::move(member.name), std::move(member.value));
  }
  object = std::move(kept);
}

/// Drops null members of objects at every depth; nulls that are list items stay. Iterative.
void drop_nulls(Value& root) {
  std::vector<Value*> pending{&root};
  while (!pending.empty()) {
    Value* value = pending.back();
    pending.pop_back();
    if (value->is_array()) {
      for (Value& item : value->as_array()) pending.push_back(&item);
    } else if (value->is_object()) {
      auto is_null = [](const Member& member) { return member.value.is_null(); };
      if (std::any_of(value->as_object().begin(), value->as_object().end(), is_null)) {
        keep_members(value->as_object(), std::not_fn(is_null));
      }
      for (Member& member : value->as_object()) pending.push_back(&member.value);
    }
  }
}

}  // namespace

void merge_patch(Value& target, const Value& patch) {
  if (!target.is_object()) target = Object();
  std::vector<std::pair<Value*, const Value*>> pending{{&target, &patch}};
  while (!pending.empty()) {
    const auto [into, from] = pending.back();
    pending.pop_back();
    Object& object = into->as_object();
    std::unordered_set<std::string_view> removed;
    for (const Member& member : from->as_object()) {
      if (member.value.is_null()) removed.insert(member.name);
    }
    if (!removed.empty()) {
      keep_members(object, [&](const Member& member) { return !removed.contains(member.name); });
    }
    // Members to merge are named by their place: growing the object moves them.
    std::vector<std::pair<std::ptrdiff_t, const Value*>> deeper;
    NameIndex names;
    for (const Member& member : from->as_object()) {
      if (member.value.is_null()) continue;
      const auto place = names.place(object, member.name);
      if (!place) {
        drop_nulls(object.append(member.name, member.value));
        continue;
      }
      Value& live = (object.begin() + *place)->value;
      if (live.is_object() && member.value.is_object()) {
        deeper.emplace_back(*place, &member.value);
      } else {
        live = member.value;
        drop_nulls(live);
      }
    }
    for (const auto& [place, value] : deeper) {
      pending.emplace_back(&(object.begin() + place)->value, value);
    }
  }
}

}  // namespace annex::json
