#include "schema/list_items.h"

#include <map>
#include <string>

#include "annex/json/write.h"

namespace annex::schema {
namespace {

std::string key_text(const Property* list, const json::Value& item) {
  return json::write(list != nullptr ? item_key(*list, item) : item);
}

}  // namespace

json::Value item_key(const Property& list, const json::Value& item) {
  if (list.list_type != ListType::kMap) return item;
  json::Object key;
  for (const std::string& name : list.list_keys) {
    const json::Value* part = item.find(name);
    key.append(name, part != nullptr ? *part : json::Value());
  }
  return key;
}

std::vector<std::optional<std::size_t>> align_items(const Property* list, const json::Array& old,
                                                    const json::Array& items) {
  std::multimap<std::string, std::size_t> known;  // equal keys stay in order
  for (std::size_t i = 0; i < old.size(); ++i) known.emplace(key_text(list, old[i]), i);
  std::vector<std::optional<std::size_t>> origins(items.size());
  std::vector<bool> taken(old.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto found = known.find(key_text(list, items[i]));
    if (found == known.end()) continue;
    origins[i] = found->second;
    taken[found->second] = true;
    known.erase(found);
  }
  const bool keyed = list != nullptr && list->list_type == ListType::kMap;
  if (keyed || items.size() < old.size()) return origins;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (!origins[i] && !taken[i]) origins[i] = i;
  }
  return origins;
}

}  // namespace annex::schema
