#include "registry/field_manager.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "annex/json/write.h"
#include "annex/schema/formats.h"
#include "registry/field_tracking.h"
#include "registry/last_applied.h"
#include "registry/object.h"

namespace annex::registry {
namespace {

constexpr std::size_t kMaxUpdaters = 10;
constexpr const char* kAncientChanges = "ancient-changes";
constexpr const char* kBeforeFirstApply = "before-first-apply";

/// What no manager owns: the object's identity and what the server alone sets.
const schema::FieldSet& server_fields() {
  static const schema::FieldSet kFields = [] {
    schema::FieldSet below;
    for (const char* name : {"clusterName", "creationTimestamp", "generation", "managedFields",
                             "name", "namespace", "resourceVersion", "selfLink", "uid"}) {
      below.append(schema::PathElement::field(name), true, {});
    }
    schema::FieldSet fields;
    fields.append(schema::PathElement::field("apiVersion"), true, {});
    fields.append(schema::PathElement::field("kind"), true, {});
    fields.append(schema::PathElement::field("metadata"), true, std::move(below));
    return fields;
  }();
  return kFields;
}

/// True if nothing changes that anybody could own.
bool server_fields_only(const schema::Comparison& change) {
  for (const schema::FieldSet* set : {&change.removed, &change.modified, &change.added}) {
    if (!set->without(server_fields()).empty()) return false;
  }
  return true;
}

/// Unites the oldest updates of the same version until there are few enough.
void cap_updaters(meta::Managers& managers) {
  if (managers.size() <= kMaxUpdaters) return;
  std::vector<std::string> updaters;
  for (const auto& [id, manager] : managers) {
    if (!manager.applied) updaters.push_back(id);
  }
  std::stable_sort(updaters.begin(), updaters.end(),
                   [&](const std::string& a, const std::string& b) {
                     return managers.at(a).time < managers.at(b).time;
                   });
  std::map<std::string, std::string> first_of_version;
  std::size_t count = updaters.size();
  for (std::size_t i = 0; i < updaters.size() && count > kMaxUpdaters; ++i) {
    const meta::Manager manager = managers.at(updaters[i]);
    const auto first = first_of_version.emplace(manager.api_version, updaters[i]);
    if (first.second) continue;
    meta::Manager bucket;
    bucket.name = kAncientChanges;
    bucket.api_version = manager.api_version;
    const std::string id = identity(bucket);
    if (managers.count(id) == 0) {
      bucket.fields = std::move(managers.at(first.first->second).fields);
      managers.erase(first.first->second);
      managers.emplace(id, std::move(bucket));
    }
    meta::Manager& kept = managers.at(id);
    kept.fields = kept.fields.united(manager.fields);
    kept.time = manager.time;
    managers.erase(updaters[i]);
    --count;
  }
}

std::string shown_manager(const meta::Manager& manager) {
  std::string text = json::quoted(manager.name);
  if (!manager.subresource.empty()) {
    text += " with subresource " + json::quoted(manager.subresource);
  }
  if (!manager.applied) text += " using " + manager.api_version;
  return text;
}

/// In the order of upstream's walk: what is owned at one level, then what is below it.
void list_fields(const schema::FieldSet& fields, const std::string& path,
                 std::vector<std::string>& found) {
  for (const schema::FieldSet::Node& node : fields.nodes()) {
    if (node.member) found.push_back(path + node.element.shown());
  }
  for (const schema::FieldSet::Node& node : fields.nodes()) {
    list_fields(node.below, path + node.element.shown(), found);
  }
}

Error conflict_error(const FieldConflicts& conflicts, const meta::Managers& managers) {
  Error error;
  error.reason = Reason::kConflict;
  std::string list;
  std::string single;
  for (const auto& [id, fields] : conflicts) {
    const std::string manager = shown_manager(managers.at(id));
    if (!list.empty()) list += "\n";
    list += "conflicts with " + manager + ":";
    std::vector<std::string> found;
    list_fields(fields, "", found);
    for (const std::string& field : found) {
      error.details.causes.push_back({"FieldManagerConflict", "conflict with " + manager, field});
      list += "\n- " + field;
      single = "conflict with " + manager + ": " + field;
    }
  }
  const std::size_t count = error.details.causes.size();
  error.message = count == 1 ? "Apply failed with 1 conflict: " + single
                             : "Apply failed with " + std::to_string(count) + " conflicts: " + list;
  return error;
}

Error plain(std::string message) {
  Error error;
  error.message = std::move(message);
  return error;
}

}  // namespace

FieldManager::FieldManager(const FieldWriter& writer, std::string subresource, util::WallTime now)
    : writer_(writer),
      version_(*writer.version),
      subresource_(std::move(subresource)),
      now_(schema::write_rfc3339(now)),
      forms_(*writer.codec, subresource_),
      updater_(forms_, version_) {}

meta::Manager FieldManager::me(bool applied, std::string name) const {
  meta::Manager manager;
  manager.name = name.empty() ? "unknown" : std::move(name);
  manager.applied = applied;
  manager.api_version = writer_.codec->resource().api_version(version_);
  manager.subresource = subresource_;
  return manager;
}

Result<void> FieldManager::note_update(const std::string& name, const json::Value& live,
                                       const json::Value& wanted, schema::Comparison change,
                                       meta::Managers& managers) const {
  if (auto done = updater_.update(live, wanted, change, managers); !done) return done;
  schema::FieldSet mine = change.modified.united(std::move(change.added)).without(server_fields());
  if (!mine.empty()) {
    meta::Manager manager = me(false, name);
    const std::string id = identity(manager);
    const auto had = managers.find(id);
    if (had != managers.end()) mine = mine.united(std::move(had->second.fields));
    manager.fields = std::move(mine);
    manager.time = now_;
    managers.insert_or_assign(id, std::move(manager));
  }
  cap_updaters(managers);
  return {};
}

bool FieldManager::settled(const json::Value& entries) const {
  if (!entries.is_array() || entries.as_array().size() > kMaxUpdaters) return false;
  return std::all_of(entries.as_array().begin(), entries.as_array().end(),
                     [this](const json::Value& entry) {
                       return forms_.find(entry.at_string({"apiVersion"})) != nullptr;
                     });
}

void FieldManager::update(const json::Value* live, json::Value& object) const {
  const json::Value* found = live == nullptr ? nullptr : metadata(*live).find("managedFields");
  const json::Value had = found == nullptr ? json::Value() : *found;
  const json::Value* given = metadata(object).find("managedFields");
  const json::Value sent = given == nullptr || !subresource_.empty() ? json::Value() : *given;
  metadata(object).erase("managedFields");

  const json::Value nothing = live == nullptr ? forms_.zero(version_) : json::Value();
  json::Value live_storage;
  json::Value storage;
  Result<const json::Value*> before = &nothing;
  if (live != nullptr) before = forms_.document(version_, *live, live_storage);
  auto after = forms_.document(version_, object, storage);
  Result<schema::Comparison> change = schema::Comparison();
  if (before && after) change = forms_.compare(version_, **before, **after);
  if (!before || !after || !change) {
    set_managed_fields(object, had);
    return;
  }
  const bool as_before = sent.is_null() || sent == had;
  if (as_before && settled(had) && server_fields_only(*change)) {
    set_managed_fields(object, had);
    return;
  }

  auto managers = meta::read_managers(&sent);
  const bool reset = meta::resets_managers(&sent);
  if (!reset && (!managers || managers->empty())) managers = meta::read_managers(&had);
  if (!managers || reset) managers = meta::Managers();
  // What was never told is not told from now on, until it is applied to.
  if (managers->empty() && live != nullptr) return;
  if (note_update(writer_.manager, **before, **after, std::move(*change), *managers)) {
    set_managed_fields(object, meta::write_managers(*managers));
  } else {
    set_managed_fields(object, had);
  }
}

std::string FieldManager::described(const json::Value& object) const {
  const Resource& resource = writer_.codec->resource();
  return "(" + meta_text(object, "namespace") + "/" + meta_text(object, "name") + "; " +
         resource.api_version(version_) + ", Kind=" + resource.kind + ")";
}

Result<void> FieldManager::check_config(const json::Value& config) const {
  const Resource& resource = writer_.codec->resource();
  const std::string& kind = config.at_string({"kind"});
  const std::string& api_version = config.at_string({"apiVersion"});
  if (kind != resource.kind || api_version != resource.api_version(version_)) {
    const std::size_t slashes =
        static_cast<std::size_t>(std::count(api_version.begin(), api_version.end(), '/'));
    std::string shown = "/, Kind=";
    if (slashes == 1) shown = api_version + ", Kind=" + kind;
    if (slashes == 0) shown = "/" + api_version + ", Kind=" + kind;
    return Error::bad_request("invalid object type: " + shown);
  }
  const json::Value* managed = metadata(config).find("managedFields");
  if (managed != nullptr && managed->is_array()) {
    return Error::bad_request("metadata.managedFields must be nil");
  }
  return {};
}

Result<FieldUpdater::Applied> FieldManager::apply_documents(const json::Value& live,
                                                            const json::Value& config,
                                                            meta::Managers& managers,
                                                            bool force) const {
  const meta::Managers before = managers;
  const meta::Manager self = me(true, writer_.manager);
  auto applied = updater_.apply(live, config, managers, self, force);
  // A conversion or a comparison that fails is nobody's bad request.
  if (!applied) return plain(std::move(applied).error().message);
  if (applied->conflicts.empty()) return applied;
  if (writer_.manager == kKubectl) {
    const auto allowed = last_applied_fields(forms_.type(version_), live,
                                             writer_.codec->resource().api_version(version_));
    if (allowed) {
      FieldConflicts others;
      for (const auto& [id, fields] : applied->conflicts) {
        schema::FieldSet left = fields.without(*allowed);
        if (!left.empty()) others.emplace(id, std::move(left));
      }
      if (others.empty()) {
        managers = before;
        return updater_.apply(live, config, managers, self, true);
      }
      applied->conflicts = std::move(others);
    }
  }
  return conflict_error(applied->conflicts, before);
}

Result<json::Value> FieldManager::apply(const json::Value* live, const json::Value& config,
                                        bool force) const {
  auto managers =
      meta::read_managers(live == nullptr ? nullptr : metadata(*live).find("managedFields"));
  if (!managers) return plain("failed to decode managed fields: " + managers.error().message);
  if (auto done = check_config(config); !done) return std::move(done).error();

  json::Value storage;
  const json::Value zero = forms_.zero(version_);
  Result<const json::Value*> document = &zero;
  if (live != nullptr) document = forms_.document(version_, *live, storage);
  if (!document) return std::move(document).error();
  if (managers->empty() && live != nullptr) {
    auto change = forms_.compare(version_, zero, **document);
    if (!change) {
      return plain("failed to create manager for existing fields: " + change.error().message);
    }
    auto done = note_update(kBeforeFirstApply, zero, **document, std::move(*change), *managers);
    if (!done) return std::move(done).error();
  }
  const schema::MergeType type = forms_.type(version_);
  json::Value wanted = config;
  wanted.as_object().erase("kind");
  wanted.as_object().erase("apiVersion");
  if (auto done = schema::check_structure(type, wanted, false); !done) {
    return plain("failed to create typed patch object " + described(config) + ": " +
                 done.error().message);
  }
  if (auto done = schema::check_structure(type, **document, true); !done) {
    return plain("failed to create typed live object " + described(**document) + ": " +
                 done.error().message);
  }
  auto applied = apply_documents(**document, wanted, *managers, force);
  if (!applied) return std::move(applied).error();

  meta::Manager self = me(true, writer_.manager);
  const auto mine = managers->find(identity(self));
  if (mine != managers->end()) {
    mine->second.fields = mine->second.fields.without(server_fields());
    if (applied->object) mine->second.time = now_;
    if (mine->second.fields.empty()) managers->erase(mine);
  }
  json::Value object = live != nullptr ? *live : json::Value();
  if (applied->object || live == nullptr) {
    auto made = forms_.hub(version_, applied->object ? *applied->object : zero);
    if (!made) {
      return plain("failed to convert new object " + described(config) +
                   " to proper version: unable to convert unstructured object to " +
                   writer_.codec->resource().api_version(version_) +
                   ", Kind=" + writer_.codec->resource().kind + ": " + made.error().message);
    }
    object = std::move(*made);
  }
  set_managed_fields(object, meta::write_managers(*managers));
  if (writer_.manager == kKubectl) refresh_last_applied(config, object);
  return object;
}

}  // namespace annex::registry
