#include "annex/registry/writes.h"

#include "annex/meta/names.h"
#include "annex/meta/validate_metadata.h"
#include "annex/schema/validate.h"
#include "registry/committing.h"
#include "registry/object.h"
#include "registry/write_rules.h"

namespace annex::registry {

meta::CheckName name_check(NameRule rule) {
  return [rule](std::string_view name) {
    std::vector<std::string> wrong = meta::check_path_segment(name);
    if (!wrong.empty() || rule == NameRule::kPathSegment) return wrong;
    return rule == NameRule::kDnsLabel ? meta::check_dns_label(name)
                                       : meta::check_dns_subdomain(name);
  };
}

void validate_by_schema(const Resource& resource, const json::Value& object, const json::Value* old,
                        schema::FieldErrors& errors) {
  // Metadata has rules of its own, and texts of its own.
  schema::validate_members(*resource.types, resource.hub_type, object, old, schema::FieldPath(),
                           errors, "metadata");
}

void note_duplicate_owners(const WriteRequest& request, json::Value& object, bool after_admission) {
  const std::vector<std::string> uids = drop_duplicate_owners(object);
  if (!uids.empty()) request.warn(duplicate_owners_warning(uids, after_admission));
}

const Version& answered_in(const Resource& resource, const WriteRequest& request) {
  const Version* version = resource.find_version(request.hooks.version);
  return version != nullptr ? *version : resource.storage();
}

Committing Writes::commit(const WriteRequest& request, std::optional<Draft> draft,
                          storage::Revision expected) const {
  Change change;
  change.key = request.key;
  change.draft = std::move(draft);
  change.expected = expected;
  change.among_many = request.among_many;
  return Committing(backend_, std::move(change), request, clock_);
}

Result<ItemPtr> Writes::item_of(const std::string& key, Result<Committed> committed) const {
  if (!committed) return std::move(committed).error();
  if (committed->lost_race) return ItemPtr();
  if (committed->item) return std::move(committed->item);
  return backend_.codec().make_item(key, committed->revision, committed->text);
}

Error Writes::invalid(const std::string& name, const schema::FieldErrors& errors) const {
  return schema::invalid(resource_.group, resource_.kind, name, errors);
}

Error Writes::not_found(const std::string& name) const {
  return resource_error(resource_, Reason::kNotFound, name,
                        resource_.group_resource() + " " + quoted_name(name) + " not found");
}

Error Writes::already_exists(const std::string& name, bool deleting) const {
  return resource_error(resource_, Reason::kAlreadyExists, name,
                        std::string(deleting ? "object is being deleted: " : "") +
                            resource_.group_resource() + " " + quoted_name(name) +
                            " already exists");
}

Error Writes::wrong_uid(const WriteRequest& request, const std::string& live) const {
  return conflict(request.key.name,
                  "Precondition failed: UID in precondition: " + *request.preconditions.uid +
                      ", UID in object meta: " + live);
}

Error Writes::conflict(const std::string& name, const std::string& why) const {
  return resource_error(resource_, Reason::kConflict, name,
                        "Operation cannot be fulfilled on " + resource_.group_resource() + " " +
                            quoted_name(name) + ": " + why);
}

}  // namespace annex::registry
