#include "annex/server/lister.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "annex/json/read.h"
#include "server/access.h"

namespace annex::detail {
namespace {

Result<json::Value> in_version(const TypedResource& typed, const registry::Item& item) {
  if (item.version == typed.version.name) return json::parse(item.text.view());
  const Result<json::Value> hub = typed.backend.codec().hub(item);
  if (!hub) return hub.error();
  return typed.backend.codec().to_version(typed.version, *hub);
}

/// The object in the struct's version, with its resourceVersion.
Result<json::Value> object_of(const TypedResource& typed, const registry::Item& item) {
  Result<json::Value> object = in_version(typed, item);
  if (!object || !object->is_object()) return object;
  json::Value& metadata = object->as_object()["metadata"];
  if (metadata.is_object()) {
    metadata.as_object().set("resourceVersion", std::to_string(item.revision));
  }
  return object;
}

bool has_labels(const registry::Item& item, const meta::LabelSelector& selector) {
  return selector.matches([&](std::string_view key) -> std::optional<std::string_view> {
    return item.labels.find(key);
  });
}

}  // namespace

struct ListerState::State {
  /// The server while it is being read.
  struct Reading {
    std::optional<Access::Visit> visit{};
    std::optional<TypedResource> typed{};  ///< nothing: there is nothing to read
  };
  struct Entry {
    registry::ItemPtr item{};
    Object object{};       ///< null until it is asked for
    bool decoded = false;  ///< true with a null object: it cannot be
    std::map<std::string, std::vector<std::string>> indexed{};
  };
  struct Index {
    IndexFunction function{};
    std::map<std::string, std::set<std::string>> keys{};  ///< by value
  };

  State(AccessPtr way, std::type_index wanted, Decode decoder)
      : access(std::move(way)), type(wanted), decode(std::move(decoder)) {}

  const AccessPtr access;
  const std::type_index type;
  const Decode decode;
  util::Mutex mutex{};
  std::map<std::string, Index> indexes ANNEX_GUARDED_BY(mutex){};
  std::map<std::string, Entry> entries ANNEX_GUARDED_BY(mutex){};
  std::uint64_t run ANNEX_GUARDED_BY(mutex) = 0;
  registry::WatchCache::Position position ANNEX_GUARDED_BY(mutex) = 0;
  storage::Revision revision ANNEX_GUARDED_BY(mutex) = 0;

  Reading enter() const {
    Reading reading{access->enter(), {}};
    if (!reading.visit) return reading;
    const Result<TypedResource> found = find_typed(**reading.visit, type);
    if (found) reading.typed.emplace(*found);
    return reading;
  }

  const Object& object(const TypedResource& typed, Entry& entry) ANNEX_REQUIRES(mutex) {
    if (!std::exchange(entry.decoded, true)) {
      const Result<json::Value> read = object_of(typed, *entry.item);
      if (read) entry.object = decode(*read);
    }
    return entry.object;
  }

  void index(const TypedResource& typed, const std::string& name, Index& into,
             const std::string& key, Entry& entry) ANNEX_REQUIRES(mutex) {
    const Object& found = object(typed, entry);
    if (!found) return;
    std::vector<std::string>& values = entry.indexed[name];
    values = into.function(found.get());
    for (const std::string& value : values) into.keys[value].insert(key);
  }

  void forget(const std::string& key) ANNEX_REQUIRES(mutex) {
    const auto found = entries.find(key);
    if (found == entries.end()) return;
    for (const auto& [name, values] : found->second.indexed) {
      auto& keys = indexes[name].keys;
      for (const std::string& value : values) {
        keys[value].erase(key);
        if (keys[value].empty()) keys.erase(value);
      }
    }
    entries.erase(found);
  }

  void put(const TypedResource& typed, const registry::ItemPtr& item) ANNEX_REQUIRES(mutex) {
    forget(item->key);
    Entry& entry = entries[item->key];
    entry.item = item;
    for (auto& [name, each] : indexes) index(typed, name, each, item->key, entry);
  }

  void begin_anew(const TypedResource& typed) ANNEX_REQUIRES(mutex) {
    entries.clear();
    for (auto& [name, each] : indexes) each.keys.clear();
    registry::WatchCache::Start start = typed.backend.cache()->begin_with_state({});
    position = start.position;
    revision = start.state.revision;
    for (const registry::ItemPtr& item : start.state.items) put(typed, item);
  }

  /// Takes over what has changed since the last call. Requires: there is something to read.
  void catch_up(const Reading& reading) ANNEX_REQUIRES(mutex) {
    constexpr std::size_t kBatch = 1024;
    const TypedResource& typed = *reading.typed;
    if (std::exchange(run, reading.visit->run()) != reading.visit->run()) return begin_anew(typed);
    while (true) {
      const registry::WatchCache::Batch batch = typed.backend.cache()->read(position, kBatch);
      if (batch.ended) return begin_anew(typed);
      for (const registry::CacheEventPtr& event : batch.events) {
        if (event->current()) {
          put(typed, event->current());
        } else {
          forget(event->previous()->key);
        }
      }
      position = batch.next;
      revision = std::max(revision, batch.revision);
      if (batch.events.size() < kBatch) return;
    }
  }
};

ListerState::ListerState(AccessPtr access, std::type_index type, Decode decode)
    : state_(std::make_unique<State>(std::move(access), type, std::move(decode))) {}
ListerState::~ListerState() = default;

void ListerState::add_index(const std::string& name, IndexFunction function) {
  const util::MutexLock lock(state_->mutex);
  state_->indexes[name] = {std::move(function), {}};
  state_->run = 0;  // filled anew by the next reader
}

ListerState::Object ListerState::get(const std::string& name_space, const std::string& name) {
  State& state = *state_;
  const State::Reading reading = state.enter();
  if (!reading.typed) return nullptr;
  const util::MutexLock lock(state.mutex);
  state.catch_up(reading);
  const auto found = state.entries.find(registry::relative_key({name_space, name}));
  return found == state.entries.end() ? nullptr : state.object(*reading.typed, found->second);
}

std::vector<ListerState::Object> ListerState::list(const std::string& name_space,
                                                   const meta::LabelSelector& selector) {
  State& state = *state_;
  const State::Reading reading = state.enter();
  if (!reading.typed) return {};
  const util::MutexLock lock(state.mutex);
  state.catch_up(reading);
  std::vector<Object> objects;
  const std::string prefix = name_space.empty() ? "" : name_space + "/";
  for (auto at = state.entries.lower_bound(prefix); at != state.entries.end(); ++at) {
    if (at->first.compare(0, prefix.size(), prefix) != 0) break;
    if (!selector.empty() && !has_labels(*at->second.item, selector)) continue;
    if (const Object& object = state.object(*reading.typed, at->second)) objects.push_back(object);
  }
  return objects;
}

std::vector<ListerState::Object> ListerState::by_index(const std::string& name,
                                                       const std::string& value) {
  State& state = *state_;
  const State::Reading reading = state.enter();
  if (!reading.typed) return {};
  const util::MutexLock lock(state.mutex);
  state.catch_up(reading);
  const auto index = state.indexes.find(name);
  if (index == state.indexes.end()) return {};
  const auto keys = index->second.keys.find(value);
  if (keys == index->second.keys.end()) return {};
  std::vector<Object> objects;
  for (const std::string& key : keys->second) {
    objects.push_back(state.object(*reading.typed, state.entries.at(key)));
  }
  return objects;
}

std::uint64_t ListerState::revision() {
  State& state = *state_;
  const State::Reading reading = state.enter();
  if (!reading.typed) return 0;
  const util::MutexLock lock(state.mutex);
  state.catch_up(reading);
  return state.revision;
}

bool ListerState::wait_for(std::uint64_t revision, util::Duration limit) {
  const State::Reading reading = state_->enter();
  return reading.typed && reading.typed->backend.cache()->wait_for(revision, limit);
}

}  // namespace annex::detail
