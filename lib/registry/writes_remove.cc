#include <algorithm>

#include "annex/registry/writes.h"
#include "annex/schema/formats.h"
#include "registry/committing.h"
#include "registry/object.h"
#include "registry/write_rules.h"

namespace annex::registry {
namespace {

constexpr const char* kOrphan = "orphan";
constexpr const char* kForeground = "foregroundDeletion";

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The finalizers that the garbage collector is to see.
std::vector<std::string> wanted_finalizers(const std::vector<std::string>& live,
                                           const RemoveOptions& options) {
  bool orphan = contains(live, kOrphan);
  bool foreground = contains(live, kForeground);
  if (options.orphan_dependents) {
    orphan = *options.orphan_dependents;
    foreground = false;
  } else if (options.propagation != Propagation::kDefault) {
    orphan = options.propagation == Propagation::kOrphan;
    foreground = options.propagation == Propagation::kForeground;
  } else if (orphan) {
    foreground = false;
  }
  std::vector<std::string> names;
  for (const std::string& name : live) {
    if (name == kOrphan && orphan)
      orphan = false;
    else if (name == kForeground && foreground)
      foreground = false;
    else if (name == kOrphan || name == kForeground)
      continue;
    names.push_back(name);
  }
  if (orphan) names.emplace_back(kOrphan);
  if (foreground) names.emplace_back(kForeground);
  return names;
}

}  // namespace

util::Task<Result<std::optional<Removed>>> Writes::try_remove(const WriteRequest& request,
                                                              const RemoveOptions& options,
                                                              const ItemPtr& live) const {
  const Codec& codec = backend_.codec();
  auto old = codec.hub(*live);
  if (!old) co_return std::move(old).error();
  auto mismatch = [&](const std::string& why) {
    Error error = resource_error(resource_, Reason::kConflict, request.key.name,
                                 "Operation cannot be fulfilled on " + resource_.group_kind() +
                                     " " + quoted_name(request.key.name) + ": " + why);
    error.details.kind = resource_.kind;
    return error;
  };
  const std::string& uid = meta_text(*old, "uid");
  const Preconditions& wanted = request.preconditions;
  if (wanted.uid && *wanted.uid != uid) {
    co_return mismatch("the UID in the precondition (" + *wanted.uid +
                       ") does not match the UID in record (" + uid +
                       "). The object might have been deleted and then recreated");
  }
  const std::string revision = std::to_string(live->revision);
  if (wanted.resource_version && *wanted.resource_version != revision) {
    co_return mismatch("the ResourceVersion in the precondition (" + *wanted.resource_version +
                       ") does not match the ResourceVersion in record (" + revision +
                       "). The object might have been modified");
  }
  if (auto done = admit(resource_, request, nullptr, &*old); !done)
    co_return std::move(done).error();
  if (auto done = validate_admission(resource_, request, nullptr, &*old); !done) {
    co_return std::move(done).error();
  }

  Removed removed;
  const std::vector<std::string> names = wanted_finalizers(finalizers(*old), options);
  if (names.empty()) {
    removed.gone = true;
    removed.item = live;
    if (request.hooks.dry_run) co_return std::optional(std::move(removed));
    Committing committing = commit(request, std::nullopt, live->revision);
    auto committed = co_await committing;
    if (!committed) co_return std::move(committed).error();
    if (committed->lost_race) co_return std::optional<Removed>();
    co_return std::optional(std::move(removed));
  }

  json::Value object = *old;
  set_finalizers(object, names);
  if (!has_meta(*old, "deletionTimestamp")) {
    set_meta(object, "deletionTimestamp", schema::write_rfc3339(clock_.wall_now()));
    const std::int64_t generation = meta_number(*old, "generation");
    if (generation > 0) set_meta(object, "generation", generation + 1);
  }
  set_meta(object, "deletionGracePeriodSeconds", 0);
  if (request.hooks.dry_run) {
    auto item = codec.make_item(live->key, live->revision, object, resource_.storage());
    if (!item) co_return std::move(item).error();
    removed.item = std::move(*item);
    co_return std::optional(std::move(removed));
  }
  auto draft = codec.make_draft(live->key, std::move(object));
  if (!draft) co_return std::move(draft).error();
  if (draft->item->text == live->text) {
    removed.item = live;
    co_return std::optional(std::move(removed));
  }
  Committing committing = commit(request, std::move(*draft), live->revision);
  auto committed = co_await committing;
  auto item = item_of(live->key, std::move(committed));
  if (!item) co_return std::move(item).error();
  if (!*item) co_return std::optional<Removed>();
  removed.item = std::move(*item);
  co_return std::optional(std::move(removed));
}

util::Task<Result<Removed>> Writes::remove(WriteRequest& request,
                                           const RemoveOptions& options) const {
  request.hooks.operation = Operation::kDelete;
  if (request.hooks.name.empty()) request.hooks.name = request.key.name;
  for (;;) {
    if (clock_.now() >= request.deadline) co_return write_timeout();
    auto live = backend_.get(request.key, {});
    if (!live) co_return std::move(live).error();
    if (!*live) co_return not_found(request.key.name);
    auto removed = co_await try_remove(request, options, *live);
    if (!removed) co_return std::move(removed).error();
    if (*removed) co_return std::move(**removed);
  }
}

}  // namespace annex::registry
