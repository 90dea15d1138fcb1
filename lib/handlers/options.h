// The options of a request, read from its query or, for deletions, from its body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annex/http/request.h"
#include "annex/http/uri.h"
#include "annex/json/value.h"
#include "annex/meta/field_selector.h"
#include "annex/meta/label_selector.h"
#include "annex/registry/resource.h"
#include "annex/registry/writes.h"
#include "annex/util/result.h"

namespace annex::handlers {

enum class FieldValidation { kIgnore, kWarn, kStrict };

/// Of create, update and patch.
struct WriteOptions {
  bool dry_run = false;
  FieldValidation field_validation = FieldValidation::kWarn;
  std::string field_manager{};
  bool force = false;      ///< of an apply
  json::Value document{};  ///< as hooks and admission are told of it
};

/// `kind` is "CreateOptions", "UpdateOptions" or "PatchOptions", as errors name it.
Result<WriteOptions> read_write_options(const http::Query& query, std::string_view kind,
                                        bool apply = false);

struct ListOptions {
  meta::LabelSelector labels{};
  meta::FieldSelector fields{};
  bool allow_bookmarks = false;
  std::optional<bool> send_initial_events{};
  std::string resource_version{};
  std::string resource_version_match{};
  std::int64_t timeout_seconds{};
  std::int64_t limit{};
  std::string continue_token{};

  bool selects() const { return !labels.empty() || !fields.empty(); }
  bool matches(const registry::Item& item) const;
};

/// BadRequest for what does not parse, kInvalid for what does not fit together. Fields must be
/// selectable in `resource`.
Result<ListOptions> read_list_options(const http::Query& query, const registry::Resource& resource,
                                      bool watch);

/// A resourceVersion; BadRequest unless it is a number. Empty text is 0.
Result<storage::Revision> read_revision(const std::string& text);

struct DeleteOptions {
  registry::Preconditions preconditions{};
  registry::RemoveOptions remove{};
  bool dry_run = false;
  bool unsafe = false;  ///< only what cannot be read from the store is to be deleted
  json::Value document{};
};

/// From the body if there is one, else from the query.
Result<DeleteOptions> read_delete_options(const http::Request& request);

/// The 422 of options that do not fit.
Error invalid_options(std::string_view kind, const schema::FieldErrors& errors);
/// A document of meta.k8s.io/v1 for options, which says nothing yet.
json::Object options_document(std::string_view kind);
/// Reads repeated dryRun values.
bool read_dry_run(const std::vector<std::string>& values, schema::FieldErrors& errors);
/// Go's strconv.ParseInt of the first value; 0 if absent.
Result<std::int64_t> read_int(const http::Query& query, std::string_view name);

}  // namespace annex::handlers
