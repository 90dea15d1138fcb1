#include "handlers/options.h"

#include <algorithm>
#include <charconv>

#include "annex/json/write.h"
#include "annex/request/request_info.h"
#include "annex/schema/formats.h"

namespace annex::handlers {
namespace {

constexpr std::size_t kMaxFieldManager = 128;

std::string text_of(const http::Query& query, std::string_view name) {
  return std::string(query.first(name).value_or(""));
}

void check_field_manager(const std::string& manager, schema::FieldErrors& errors) {
  const schema::FieldPath path("fieldManager");
  if (manager.size() > kMaxFieldManager) errors.too_long(path, kMaxFieldManager);
  for (std::size_t i = 0; i < manager.size(); ++i) {
    const auto c = static_cast<unsigned char>(manager[i]);
    if (c >= 0x20 && c != 0x7F) continue;
    constexpr std::string_view kHex = "0123456789ABCDEF";
    errors.invalid(path, manager,
                   std::string("invalid character U+00") + kHex[c >> 4U] + kHex[c & 0xFU] +
                       " (at position " + std::to_string(i) + ")");
    return;
  }
}

void check_match(const ListOptions& options, bool watch, schema::FieldErrors& errors) {
  const schema::FieldPath path("resourceVersionMatch");
  const std::string& match = options.resource_version_match;
  if (watch) {
    if (options.send_initial_events && match != "NotOlderThan") {
      errors.forbidden(path,
                       "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if (!match.empty() && !options.send_initial_events) {
      errors.forbidden(
          path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    }
    if (!match.empty() && match != "NotOlderThan") {
      errors.not_supported(path, match, {"NotOlderThan"});
    }
    return;
  }
  if (options.send_initial_events) {
    errors.forbidden(schema::FieldPath("sendInitialEvents"),
                     "sendInitialEvents is forbidden for list");
  }
  if (match.empty()) return;
  if (options.resource_version.empty()) {
    errors.forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (!options.continue_token.empty()) {
    errors.forbidden(path, "resourceVersionMatch is forbidden when continue is provided");
  }
  if (match != "Exact" && match != "NotOlderThan") {
    errors.not_supported(path, match, {"Exact", "NotOlderThan", ""});
  }
  if (match == "Exact" && options.resource_version == "0") {
    errors.forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
}

}  // namespace

Error invalid_options(std::string_view kind, const schema::FieldErrors& errors) {
  return schema::invalid("meta.k8s.io", kind, "", errors);
}

json::Object options_document(std::string_view kind) {
  return {{"kind", kind}, {"apiVersion", "meta.k8s.io/v1"}};
}

bool read_dry_run(const std::vector<std::string>& values, schema::FieldErrors& errors) {
  for (const std::string& value : values) {
    if (value == "All") continue;
    errors.not_supported(schema::FieldPath("dryRun"), json::Array(values.begin(), values.end()),
                         {"All"});
    break;
  }
  return !values.empty();
}

Result<std::int64_t> read_int(const http::Query& query, std::string_view name) {
  const std::string text = text_of(query, name);
  if (text.empty() && !query.contains(name)) return std::int64_t{0};
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end) return number;
  const bool range = read.ec == std::errc::result_out_of_range;
  return Error::bad_request("strconv.ParseInt: parsing " + json::quoted(text) +
                            (range ? ": value out of range" : ": invalid syntax"));
}

Result<WriteOptions> read_write_options(const http::Query& query, std::string_view kind,
                                        bool apply) {
  WriteOptions options;
  schema::FieldErrors errors;
  options.field_manager = text_of(query, "fieldManager");
  if (apply) {
    options.force = request::query_flag(query, "force");
    if (options.field_manager.empty()) {
      errors.required(schema::FieldPath("fieldManager"), "is required for apply patch");
    }
  } else if (kind == "PatchOptions" && query.contains("force")) {
    errors.forbidden(schema::FieldPath("force"), "may not be specified for non-apply patch");
  }
  check_field_manager(options.field_manager, errors);
  std::vector<std::string> dry_run;
  for (const std::string_view value : query.all("dryRun")) dry_run.emplace_back(value);
  options.dry_run = read_dry_run(dry_run, errors);
  const std::string validation = text_of(query, "fieldValidation");
  if (validation == "Ignore") {
    options.field_validation = FieldValidation::kIgnore;
  } else if (validation == "Strict") {
    options.field_validation = FieldValidation::kStrict;
  } else if (!validation.empty() && validation != "Warn") {
    errors.not_supported(schema::FieldPath("fieldValidation"), validation,
                         {"", "Ignore", "Strict", "Warn"});
  }
  if (!errors.empty()) return invalid_options(kind, errors);
  json::Object document = options_document(kind);
  if (options.dry_run) document.append("dryRun", json::Array(dry_run.begin(), dry_run.end()));
  if (!options.field_manager.empty()) document.append("fieldManager", options.field_manager);
  if (!validation.empty()) document.append("fieldValidation", validation);
  if (query.contains("force")) document.append("force", request::query_flag(query, "force"));
  options.document = std::move(document);
  return options;
}

Result<storage::Revision> read_revision(const std::string& text) {
  if (text.empty()) return storage::Revision{0};
  storage::Revision revision = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, revision);
  if (read.ec == std::errc() && read.ptr == end) return revision;
  const bool range = read.ec == std::errc::result_out_of_range;
  return Error::bad_request(
      "invalid resource version: resourceVersion: Invalid value: " + json::quoted(text) +
      ": strconv.ParseUint: parsing " + json::quoted(text) +
      (range ? ": value out of range" : ": invalid syntax"));
}

bool ListOptions::matches(const registry::Item& item) const {
  if (!labels.empty()) {
    if (!labels.matches([&](std::string_view key) { return item.labels.find(key); })) return false;
  }
  if (fields.empty()) return true;
  return fields.matches([&](std::string_view path) { return item.field(path); });
}

Result<ListOptions> read_list_options(const http::Query& query, const registry::Resource& resource,
                                      bool watch) {
  ListOptions options;
  auto labels = meta::LabelSelector::parse(text_of(query, "labelSelector"));
  if (!labels) return std::move(labels).error();
  auto fields = meta::FieldSelector::parse(text_of(query, "fieldSelector"));
  if (!fields) return std::move(fields).error();
  options.labels = std::move(*labels);
  options.fields = std::move(*fields);
  for (const auto* number : {"timeoutSeconds", "limit"}) {
    auto value = read_int(query, number);
    if (!value) return std::move(value).error();
    (std::string_view(number) == "limit" ? options.limit : options.timeout_seconds) = *value;
  }
  options.allow_bookmarks = request::query_flag(query, "allowWatchBookmarks");
  if (query.contains("sendInitialEvents")) {
    options.send_initial_events = request::query_flag(query, "sendInitialEvents");
  }
  options.resource_version = text_of(query, "resourceVersion");
  options.resource_version_match = text_of(query, "resourceVersionMatch");
  options.continue_token = text_of(query, "continue");

  for (const auto& term : options.fields.terms()) {
    const auto& selectable = resource.strategy.selectable_fields;
    const bool known = term.path == "metadata.name" || term.path == "metadata.namespace" ||
                       std::any_of(selectable.begin(), selectable.end(),
                                   [&](const registry::SelectableField& field) {
                                     return field.path == term.path;
                                   });
    if (known) continue;
    // Upstream's kinds that have fields of their own say it in other words than those without.
    if (!selectable.empty()) return Error::bad_request("field label not supported: " + term.path);
    return Error::bad_request('"' + term.path +
                              "\" is not a known field selector: only \"metadata.name\", "
                              "\"metadata.namespace\"");
  }
  schema::FieldErrors errors;
  check_match(options, watch, errors);
  if (!errors.empty()) return invalid_options("ListOptions", errors);
  return options;
}

}  // namespace annex::handlers
