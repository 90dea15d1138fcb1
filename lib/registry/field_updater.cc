#include "registry/field_updater.h"

#include <utility>

namespace annex::registry {
namespace {

/// Both documents in another version, and how they differ there.
Result<schema::Comparison> compare_in(const FieldForms& forms, const Version& from,
                                      const Version& version, const json::Value& live,
                                      const json::Value& wanted) {
  if (&from == &version) return forms.compare(version, live, wanted);
  auto before = forms.convert(from, version, live);
  if (!before) return std::move(before).error();
  auto after = forms.convert(from, version, wanted);
  if (!after) return std::move(after).error();
  return forms.compare(version, *before, *after);
}

}  // namespace

void FieldUpdater::reconcile(meta::Managers& managers) const {
  for (auto it = managers.begin(); it != managers.end();) {
    const Version* version = forms_.find(it->second.api_version);
    if (version == nullptr) {
      it = managers.erase(it);
      continue;
    }
    it->second.fields = schema::reconciled(forms_.type(*version), it->second.fields);
    ++it;
  }
}

Result<FieldConflicts> FieldUpdater::take_changed(const json::Value& live,
                                                  const json::Value& wanted,
                                                  const schema::Comparison* known,
                                                  meta::Managers& managers, const std::string& me,
                                                  bool force) const {
  std::map<const Version*, schema::Comparison> changes;
  std::map<std::string, schema::FieldSet> left;
  FieldConflicts conflicts;
  for (auto& [id, manager] : managers) {
    if (id == me) continue;
    const Version* version = forms_.find(manager.api_version);
    const schema::Comparison* change = version == &version_ ? known : nullptr;
    if (change == nullptr) {
      const auto [place, is_new] = changes.try_emplace(version);
      if (is_new) {
        auto comparison = compare_in(forms_, version_, *version, live, wanted);
        if (!comparison) return std::move(comparison).error();
        place->second = std::move(*comparison);
      }
      change = &place->second;
    }
    if (change->same()) continue;
    schema::FieldSet taken = manager.fields.intersected(change->modified.united(change->added));
    left.emplace(id, manager.fields.without(taken).without(change->removed));
    if (!taken.empty()) conflicts.emplace(id, std::move(taken));
  }
  if (!force && !conflicts.empty()) return conflicts;
  for (auto& [id, fields] : left) {
    if (fields.empty()) {
      managers.erase(id);
    } else {
      managers.at(id).fields = std::move(fields);
    }
  }
  return FieldConflicts();
}

Result<void> FieldUpdater::update(const json::Value& live, const json::Value& wanted,
                                  const schema::Comparison& change,
                                  meta::Managers& managers) const {
  reconcile(managers);
  // As upstream, where the writer has no entry yet: what it had is taken like anybody's.
  auto done = take_changed(live, wanted, &change, managers, "", true);
  if (!done) return std::move(done).error();
  return {};
}

Result<FieldUpdater::Applied> FieldUpdater::apply(const json::Value& live,
                                                  const json::Value& config,
                                                  meta::Managers& managers, const meta::Manager& me,
                                                  bool force) const {
  reconcile(managers);
  const schema::MergeType type = forms_.type(version_);
  json::Value merged = schema::merge_structure(type, live, config);
  const std::string id = identity(me);
  meta::Manager last;
  const auto had = managers.find(id);
  if (had != managers.end()) last = had->second;
  meta::Manager now = me;
  now.time = last.time;
  now.fields = forms_.changeable(schema::owned_fields(type, config));
  managers.insert_or_assign(id, std::move(now));

  auto pruned = prune(std::move(merged), managers, last);
  if (!pruned) return std::move(pruned).error();
  auto conflicts = take_changed(live, *pruned, nullptr, managers, id, force);
  if (!conflicts) return std::move(conflicts).error();
  Applied applied;
  applied.conflicts = std::move(*conflicts);
  const auto mine = managers.find(id);
  if (mine->second.fields.empty()) managers.erase(mine);
  if (!(*pruned == live)) applied.object = std::move(*pruned);
  return applied;
}

Result<schema::FieldSet> FieldUpdater::kept_fields(const Version& version,
                                                   const json::Value& merged,
                                                   const json::Value& pruned,
                                                   bool converted) const {
  const schema::MergeType type = forms_.type(version);
  schema::FieldSet kept = schema::owned_fields(type, pruned);
  if (converted) {
    // A conversion may have filled in a default for what was taken away: that is not what was.
    auto change = schema::compare_structure(type, merged, pruned);
    if (!change) return std::move(change).error();
    kept = kept.without(change->modified).without(change->added);
  }
  return schema::with_named_fields(type, kept);
}

Result<json::Value> FieldUpdater::prune(json::Value merged, const meta::Managers& managers,
                                        const meta::Manager& last) const {
  if (last.fields.empty()) return merged;
  // Dropped already if its version is gone.
  const Version& home = *forms_.find(last.api_version);
  auto at_home = forms_.convert(version_, home, std::move(merged));
  if (!at_home) return at_home;
  const schema::MergeType home_type = forms_.type(home);
  const schema::FieldSet mine = schema::with_named_fields(home_type, last.fields);

  // What others have, or what is applied now, in each version that somebody speaks of: that of
  // before first, so that what the conversions of the others need is there.
  std::map<const Version*, schema::FieldSet> owned;
  for (const auto& [id, manager] : managers) {
    schema::FieldSet& fields = owned[forms_.find(manager.api_version)];
    fields = fields.united(manager.fields);
  }
  std::vector<const Version*> order{&home};
  for (const auto& [version, fields] : owned) {
    if (version != &home) order.push_back(version);
  }

  json::Value whole = *at_home;
  json::Value pruned = schema::remove_fields(home_type, *at_home, mine);
  const Version* form = &home;
  for (const Version* version : order) {
    const auto found = owned.find(version);
    if (found == owned.end()) continue;
    const bool converted = version != form;
    auto all = forms_.convert(*form, *version, std::move(whole));
    if (!all) return all;
    auto some = forms_.convert(*form, *version, std::move(pruned));
    if (!some) return some;
    const schema::MergeType type = forms_.type(*version);
    auto kept = kept_fields(*version, *all, *some, converted);
    if (!kept) return std::move(kept).error();
    const schema::FieldSet every =
        schema::with_named_fields(type, schema::owned_fields(type, *all));
    const schema::FieldSet owners = schema::with_named_fields(type, found->second);
    pruned = schema::remove_fields(type, *all, every.without(kept->united(owners)));
    whole = std::move(*all);
    form = version;
    owned.erase(found);
  }

  // What is not known to have been applied before stays, whoever has it.
  const bool converted = form != &home;
  auto back = forms_.convert(*form, home, std::move(pruned));
  if (!back) return back;
  auto kept = kept_fields(home, *at_home, *back, converted);
  if (!kept) return std::move(kept).error();
  const schema::FieldSet every =
      schema::with_named_fields(home_type, schema::owned_fields(home_type, *at_home));
  json::Value result =
      schema::remove_fields(home_type, *at_home, every.without(*kept).intersected(mine));
  return forms_.convert(home, version_, std::move(result));
}

}  // namespace annex::registry
