#include "meta/managed_fields.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "annex/json/write.h"

namespace annex::meta {
namespace {

constexpr const char* kApply = "Apply";
constexpr const char* kUpdate = "Update";
constexpr std::size_t kEntryMembers = 7;
constexpr std::size_t kUsualIdentity = 128;

Result<Manager> read_manager(const json::Value& entry, std::size_t index) {
  const std::string& operation = entry.at_string({"operation"});
  if (operation != kApply && operation != kUpdate) {
    return Error::bad_request("operation must be `Apply` or `Update`");
  }
  Manager manager;
  manager.name = entry.at_string({"manager"});
  manager.applied = operation == kApply;
  manager.api_version = entry.at_string({"apiVersion"});
  if (manager.api_version.empty()) return Error::bad_request("apiVersion must not be empty");
  const std::string& type = entry.at_string({"fieldsType"});
  const std::string place = " in managed fields entry " + std::to_string(index);
  if (type.empty()) return Error::bad_request("missing fieldsType" + place);
  if (type != "FieldsV1") {
    return Error::bad_request("invalid fieldsType " + json::quoted(type) + place);
  }
  manager.subresource = entry.at_string({"subresource"});
  manager.time = entry.at_string({"time"});
  if (const json::Value* fields = entry.find("fieldsV1"); fields != nullptr) {
    auto set = schema::FieldSet::read(*fields);
    if (!set) {
      return Error::bad_request("error decoding versioned set: error decoding set: " +
                                set.error().message);
    }
    manager.fields = std::move(*set);
  }
  return manager;
}

bool comes_before(const Manager& a, const Manager& b) {
  if (a.applied != b.applied) return a.applied;
  // Times in UTC to the second are ordered as their texts are, and none comes first.
  if (a.time != b.time) return a.time < b.time;
  if (a.name != b.name) return a.name < b.name;
  if (a.api_version != b.api_version) return a.api_version < b.api_version;
  return a.subresource < b.subresource;
}

json::Value without_time(const json::Value& entry) {
  json::Value copy = entry;
  if (copy.is_object()) copy.as_object().erase("time");
  return copy;
}

}  // namespace

std::string identity(const Manager& manager) {
  std::string text;
  text.reserve(kUsualIdentity);
  const auto add = [&text](std::string_view name, std::string_view value) {
    text += text.empty() ? "{\"" : ",\"";
    text += name;
    text += "\":";
    json::write_string_to(value, text);
  };
  if (!manager.name.empty()) add("manager", manager.name);
  add("operation", manager.applied ? kApply : kUpdate);
  if (!manager.applied) add("apiVersion", manager.api_version);
  if (!manager.subresource.empty()) add("subresource", manager.subresource);
  text += '}';
  return text;
}

Result<Managers> read_managers(const json::Value* entries) {
  Managers managers;
  if (entries == nullptr || !entries->is_array()) return managers;
  std::size_t index = 0;
  for (const json::Value& entry : entries->as_array()) {
    auto manager = read_manager(entry, index++);
    if (!manager) return std::move(manager).error();
    std::string id = identity(*manager);
    managers.insert_or_assign(std::move(id), std::move(*manager));
  }
  return managers;
}

json::Value write_managers(const Managers& managers) {
  if (managers.empty()) return {};
  std::vector<const Manager*> order;
  order.reserve(managers.size());
  for (const auto& [id, manager] : managers) order.push_back(&manager);
  std::sort(order.begin(), order.end(),
            [](const Manager* a, const Manager* b) { return comes_before(*a, *b); });
  json::Array entries;
  entries.reserve(order.size());
  for (const Manager* manager : order) {
    json::Object entry;
    entry.reserve(kEntryMembers);
    if (!manager->name.empty()) entry.append("manager", manager->name);
    entry.append("operation", manager->applied ? kApply : kUpdate);
    entry.append("apiVersion", manager->api_version);
    if (!manager->time.empty()) entry.append("time", manager->time);
    entry.append("fieldsType", "FieldsV1");
    entry.append("fieldsV1", manager->fields.write());
    if (!manager->subresource.empty()) entry.append("subresource", manager->subresource);
    entries.emplace_back(std::move(entry));
  }
  return entries;
}

bool resets_managers(const json::Value* entries) {
  if (entries == nullptr || !entries->is_array()) return false;
  const json::Array& list = entries->as_array();
  return list.empty() || (list.size() == 1 && list[0].is_object() && list[0].as_object().empty());
}

bool same_but_times(const json::Value& a, const json::Value& b) {
  if (!a.is_array() || !b.is_array()) return a == b;
  return std::equal(a.as_array().begin(), a.as_array().end(), b.as_array().begin(),
                    b.as_array().end(), [](const json::Value& x, const json::Value& y) {
                      return x == y || without_time(x) == without_time(y);
                    });
}

}  // namespace annex::meta
