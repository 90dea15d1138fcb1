#include <charconv>

#include "annex/meta/validate_metadata.h"
#include "annex/registry/writes.h"
#include "registry/committing.h"
#include "registry/field_tracking.h"
#include "registry/object.h"
#include "registry/scale.h"
#include "registry/write_rules.h"

namespace annex::registry {
namespace {

constexpr std::string_view kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

/// What is read of an object's resourceVersion before it is compared.
Result<storage::Revision> wanted_revision(const json::Value& object) {
  const std::string& text = meta_text(object, "resourceVersion");
  if (text.empty()) return storage::Revision{0};
  storage::Revision revision = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, revision);
  if (read.ec == std::errc() && read.ptr == end) return revision;
  Error error;
  error.message = "strconv.ParseUint: parsing " + json::quoted(text) + ": invalid syntax";
  return error;
}

/// A write through the status subresource changes nothing but the status.
void keep_all_but_status(json::Value& object, const json::Value& old) {
  json::Value result = old;
  copy_member(result, object, "status");
  copy_meta(result, object, "managedFields");
  copy_meta(result, object, "resourceVersion");
  object = std::move(result);
}

}  // namespace

Result<void> Writes::prepare_update(const WriteRequest& request, json::Value& object,
                                    const json::Value& old) const {
  const Strategy& strategy = resource_.strategy;
  const HookContext& hooks = request.hooks;
  copy_meta(object, old, "generation");
  const bool status = hooks.subresource == "status";
  if (status) {
    keep_all_but_status(object, old);
  } else if (strategy.status_subresource) {
    copy_member(object, old, "status");
  }
  if (strategy.prepare_update) strategy.prepare_update(hooks, object, old);
  if (strategy.generation && !status && !same_desired_state(object, old)) {
    set_meta(object, "generation", meta_number(old, "generation") + 1);
  }
  if (meta_text(object, "uid").empty()) copy_meta(object, old, "uid");
  copy_meta(object, old, "creationTimestamp");
  if (has_meta(old, "deletionTimestamp")) copy_meta(object, old, "deletionTimestamp");
  if (!has_meta(object, "deletionGracePeriodSeconds")) {
    copy_meta(object, old, "deletionGracePeriodSeconds");
  }
  keep_times_of_unchanged(object, old);

  schema::FieldErrors errors;
  meta::validate_metadata(object, resource_.namespaced(), name_check(strategy.name_rule), errors);
  meta::validate_metadata_update(object, old, errors);
  validate_by_schema(resource_, object, &old, errors);
  if (strategy.validate) strategy.validate(hooks, object, errors);
  if (strategy.validate_update) strategy.validate_update(hooks, object, old, errors);
  if (!errors.empty()) return invalid(request.key.name, errors);
  if (strategy.warnings) {
    for (const std::string& text : strategy.warnings(hooks, object, &old)) request.warn(text);
  }
  return {};
}

util::Task<Result<std::optional<Written>>> Writes::try_update(const WriteRequest& request,
                                                              Transform& transform,
                                                              const ItemPtr& live) const {
  const Codec& codec = backend_.codec();
  auto old = codec.hub(*live);
  if (!old) co_return std::move(old).error();
  const std::string& uid = meta_text(*old, "uid");
  if (request.preconditions.uid && *request.preconditions.uid != uid) {
    co_return wrong_uid(request, uid);
  }
  auto wanted =
      is_scale(request) ? wanted_through_scale(request, *old, transform) : transform.apply(&*old);
  if (!wanted) co_return std::move(wanted).error();
  json::Value object = std::move(*wanted);

  note_duplicate_owners(request, object, false);
  if (!is_scale(request)) track_fields(request, &*old, object);
  const bool asked = is_admitted(resource_, request);
  const json::Value managers = asked ? managed_fields(object) : json::Value();
  if (auto done = admit(resource_, request, &object, &*old); !done)
    co_return std::move(done).error();
  note_duplicate_owners(request, object, true);
  if (asked) check_managed_fields(resource_, request, managers, object);
  auto revision = wanted_revision(object);
  if (!revision) co_return std::move(revision).error();
  if (*revision == 0) {
    if (!resource_.strategy.unconditional_update) {
      schema::FieldErrors errors;
      errors.invalid(schema::FieldPath("metadata") / "resourceVersion", 0,
                     "must be specified for an update");
      co_return schema::invalid(resource_.group, resource_.plural, request.key.name, errors);
    }
    set_meta(object, "resourceVersion", std::to_string(live->revision));
  } else if (*revision != live->revision) {
    co_return conflict(request.key.name, std::string(kModified));
  }
  if (auto done = prepare_update(request, object, *old); !done) {
    co_return std::move(done).error();
  }
  if (auto done = validate_admission(resource_, request, &object, &*old); !done) {
    co_return std::move(done).error();
  }

  Written written;
  written.deleted = finalizers(object).empty() && has_meta(*old, "deletionTimestamp") &&
                    meta_number(*old, "deletionGracePeriodSeconds") == 0;
  if (request.hooks.dry_run || written.deleted) {
    // As upstream: a dry run shows what would be stored, a deletion the object that was sent.
    const Version& version =
        written.deleted ? answered_in(resource_, request) : resource_.storage();
    auto item = codec.make_item(live->key, live->revision, object, version);
    if (!item) co_return std::move(item).error();
    written.item = std::move(*item);
    if (request.hooks.dry_run) co_return std::optional(std::move(written));
    Committing committing = commit(request, std::nullopt, live->revision);
    auto committed = co_await committing;
    if (!committed) co_return std::move(committed).error();
    if (committed->lost_race) co_return std::optional<Written>();
    co_return std::optional(std::move(written));
  }
  auto draft = codec.make_draft(live->key, std::move(object));
  if (!draft) co_return std::move(draft).error();
  if (draft->item->text == live->text) {
    written.item = live;
    co_return std::optional(std::move(written));
  }
  Committing committing = commit(request, std::move(*draft), live->revision);
  auto committed = co_await committing;
  auto item = item_of(live->key, std::move(committed));
  if (!item) co_return std::move(item).error();
  if (!*item) co_return std::optional<Written>();
  written.item = std::move(*item);
  co_return std::optional(std::move(written));
}

util::Task<Result<Written>> Writes::update(WriteRequest& request, Transform& transform,
                                           bool may_create) const {
  request.hooks.operation = Operation::kUpdate;
  for (;;) {
    if (clock_.now() >= request.deadline) co_return write_timeout();
    auto live = backend_.get(request.key, {});
    if (!live) co_return std::move(live).error();
    if (*live) {
      auto written = co_await try_update(request, transform, *live);
      if (!written) co_return std::move(written).error();
      if (*written) co_return std::move(**written);
      continue;
    }
    if (!may_create) co_return not_found(request.key.name);
    auto object = transform.apply(nullptr);
    if (!object) co_return std::move(object).error();
    const std::string uid = meta_text(*object, "uid");
    if (request.preconditions.uid) co_return wrong_uid(request, "");
    if (!uid.empty()) {
      co_return conflict(request.key.name, "uid mismatch: the provided object specified uid " +
                                               uid + ", and no existing object was found");
    }
    const auto revision = wanted_revision(*object);
    if (!revision) co_return revision.error();
    if (request.may_create) {
      if (auto done = request.may_create(); !done) co_return std::move(done).error();
    }
    metadata(*object).erase("resourceVersion");
    WriteRequest creation = request;
    auto written = co_await create(creation, std::move(*object));
    if (written && request.hooks.dry_run && *revision != 0) {
      // As upstream, where nothing takes off what the client sent unless it is stored.
      auto item = std::make_shared<Item>(*written->item);
      item->revision = *revision;
      written->item = std::move(item);
    }
    // Somebody else may have created it in between: then it is updated.
    if (written || written.error().reason != Reason::kAlreadyExists) co_return written;
  }
}

}  // namespace annex::registry
