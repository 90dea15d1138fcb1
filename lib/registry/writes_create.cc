#include <charconv>

#include "annex/meta/validate_metadata.h"
#include "annex/registry/writes.h"
#include "annex/schema/formats.h"
#include "registry/committing.h"
#include "registry/field_tracking.h"
#include "registry/object.h"
#include "registry/write_rules.h"

namespace annex::registry {
namespace {

constexpr int kNameAttempts = 8;
constexpr std::size_t kMaxGeneratedPrefix = 58;
constexpr std::size_t kSuffixLength = 5;
constexpr std::string_view kSuffixLetters = "bcdfghjklmnpqrstvwxz2456789";

std::string generate_name(const std::string& prefix, util::Random& random) {
  std::string name = prefix.substr(0, kMaxGeneratedPrefix);
  for (std::size_t i = 0; i < kSuffixLength; ++i) {
    name += kSuffixLetters[random.below(kSuffixLetters.size())];
  }
  return name;
}

bool sets_resource_version(const json::Value& object) {
  const std::string& text = meta_text(object, "resourceVersion");
  std::uint64_t revision = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, revision);
  return read.ec == std::errc() && read.ptr == end && revision != 0;
}

}  // namespace

Result<void> Writes::prepare_create(WriteRequest& request, json::Value& object) const {
  const Strategy& strategy = resource_.strategy;
  HookContext& hooks = request.hooks;
  set_meta(object, "uid", random_.uuid());
  set_meta(object, "creationTimestamp", schema::write_rfc3339(clock_.wall_now()));
  const std::string prefix = meta_text(object, "generateName");
  if (meta_text(object, "name").empty() && !prefix.empty()) {
    set_meta(object, "name", generate_name(prefix, random_));
  }
  if (strategy.status_subresource) object.as_object().erase("status");
  if (strategy.generation) set_meta(object, "generation", 1);
  if (strategy.prepare_create) strategy.prepare_create(hooks, object);

  schema::FieldErrors errors;
  validate_by_schema(resource_, object, nullptr, errors);
  if (strategy.validate) strategy.validate(hooks, object, errors);
  if (errors.empty()) {
    meta::validate_metadata(object, resource_.namespaced(), name_check(strategy.name_rule), errors);
  }
  const std::string name = meta_text(object, "name");
  if (!errors.empty()) return invalid(name, errors);
  if (strategy.warnings) {
    for (const std::string& text : strategy.warnings(hooks, object, nullptr)) request.warn(text);
  }
  hooks.name = name;
  return validate_admission(resource_, request, &object, nullptr);
}

util::Task<Result<Written>> Writes::create_once(WriteRequest& request, json::Value object) const {
  Written written;
  written.created = true;
  if (auto done = prepare_create(request, object); !done) co_return std::move(done).error();
  if (sets_resource_version(object)) {
    Error error;
    error.message = "resourceVersion should not be set on objects to be created";
    co_return error;
  }
  metadata(object).erase("resourceVersion");
  request.key.name = meta_text(object, "name");
  const std::string key = relative_key(request.key);

  auto exists = [&]() -> Result<Written> {
    auto live = backend_.get(request.key, {});
    if (!live) return std::move(live).error();
    bool deleting = false;
    if (*live) {
      auto hub = backend_.codec().hub(**live);
      deleting = hub && has_meta(*hub, "deletionTimestamp");
    }
    return already_exists(request.key.name, deleting);
  };

  if (request.hooks.dry_run) {
    auto live = backend_.get(request.key, {});
    if (!live) co_return std::move(live).error();
    if (*live) co_return exists();
    auto item = backend_.codec().make_item(key, 0, object, resource_.storage());
    if (!item) co_return std::move(item).error();
    written.item = std::move(*item);
    written.stored = false;
    co_return written;
  }
  auto draft = backend_.codec().make_draft(key, std::move(object));
  if (!draft) co_return std::move(draft).error();
  Committing committing = commit(request, std::move(*draft), 0);
  auto committed = co_await committing;
  auto item = item_of(key, std::move(committed));
  if (!item) co_return std::move(item).error();
  if (!*item) co_return exists();
  written.item = std::move(*item);
  co_return written;
}

util::Task<Result<Written>> Writes::create(WriteRequest& request, json::Value object) const {
  HookContext& hooks = request.hooks;
  hooks.operation = Operation::kCreate;
  // An update that makes the object asks with the options of a creation.
  if (hooks.options.is_object()) hooks.options.as_object().set("kind", "CreateOptions");
  json::Object& given = metadata(object);
  for (const char* name : {"uid", "creationTimestamp", "deletionTimestamp",
                           "deletionGracePeriodSeconds", "selfLink"}) {
    given.erase(name);
  }
  note_duplicate_owners(request, object, false);
  track_fields(request, nullptr, object);
  const bool asked = is_admitted(resource_, request);
  const json::Value managers = asked ? managed_fields(object) : json::Value();
  if (hooks.name.empty()) hooks.name = meta_text(object, "name");
  if (auto done = admit(resource_, request, &object, nullptr); !done)
    co_return std::move(done).error();
  note_duplicate_owners(request, object, true);
  if (asked) check_managed_fields(resource_, request, managers, object);
  const bool generated = meta_text(object, "name").empty();
  const bool has_prefix = !meta_text(object, "generateName").empty();
  if (!has_prefix) co_return co_await create_once(request, std::move(object));
  for (int attempt = 1;; ++attempt) {
    WriteRequest once = request;
    auto written = co_await create_once(once, object);
    if (written || written.error().reason != Reason::kAlreadyExists) co_return written;
    if (generated && attempt < kNameAttempts) continue;
    Error error = std::move(written).error();
    error.message += ", the server was not able to generate a unique name for the object";
    error.details.retry_after_seconds = 1;
    co_return error;
  }
}

}  // namespace annex::registry
