#include "annex/meta/status.h"

#include <string>

namespace annex::meta {
namespace {

json::Object make_status(std::string_view status) {
  json::Object object;
  object.append("kind", "Status");
  object.append("apiVersion", "v1");
  object.append("metadata", json::Object());
  object.append("status", status);
  return object;
}

void append_text(json::Object& object, std::string_view name, std::string_view text) {
  if (!text.empty()) object.append(std::string(name), text);
}

json::Object details_of(const util::ErrorDetails& details) {
  json::Object object;
  append_text(object, "name", details.name);
  append_text(object, "group", details.group);
  append_text(object, "kind", details.kind);
  append_text(object, "uid", details.uid);
  if (!details.causes.empty()) {
    json::Array causes;
    for (const util::Cause& cause : details.causes) {
      json::Object entry;
      append_text(entry, "reason", cause.reason);
      append_text(entry, "message", cause.message);
      append_text(entry, "field", cause.field);
      causes.emplace_back(std::move(entry));
    }
    object.append("causes", std::move(causes));
  }
  if (details.retry_after_seconds > 0) {
    object.append("retryAfterSeconds", details.retry_after_seconds);
  }
  return object;
}

Reason find_reason(std::string_view text) {
  for (int at = 0; at <= static_cast<int>(Reason::kTimeout); ++at) {
    if (util::reason_text(static_cast<Reason>(at)) == text) return static_cast<Reason>(at);
  }
  return Reason::kUnknown;
}

}  // namespace

json::Value status_json(const Error& error) {
  json::Object status = make_status("Failure");
  append_text(status["metadata"].as_object(), "continue", error.continue_token);
  append_text(status, "message", error.message);
  append_text(status, "reason", util::reason_text(error.reason));
  json::Object details = details_of(error.details);
  if (error.has_details || !details.empty()) status.append("details", std::move(details));
  status.append("code", util::http_status(error.reason));
  return status;
}

Error read_status(const json::Value& status) {
  Error error;
  error.reason = find_reason(status.at_string({"reason"}));
  error.message = status.at_string({"message"});
  error.continue_token = status.at_string({"metadata", "continue"});
  const json::Value* details = status.find("details");
  if (details == nullptr || !details->is_object()) return error;
  error.has_details = true;
  error.details.name = details->at_string({"name"});
  error.details.group = details->at_string({"group"});
  error.details.kind = details->at_string({"kind"});
  error.details.uid = details->at_string({"uid"});
  const json::Value* wait = details->find("retryAfterSeconds");
  if (wait != nullptr && wait->is_int64()) {
    error.details.retry_after_seconds = static_cast<int>(wait->as_int64());
  }
  const json::Value* causes = details->find("causes");
  if (causes == nullptr || !causes->is_array()) return error;
  for (const json::Value& cause : causes->as_array()) {
    error.details.causes.push_back(
        {cause.at_string({"reason"}), cause.at_string({"message"}), cause.at_string({"field"})});
  }
  return error;
}

json::Value success_json(std::string_view name, std::string_view group, std::string_view kind,
                         std::string_view uid) {
  json::Object status = make_status("Success");
  util::ErrorDetails details;
  details.name = name;
  details.group = group;
  details.kind = kind;
  details.uid = uid;
  json::Object object = details_of(details);
  if (!object.empty()) status.append("details", std::move(object));
  return status;
}

}  // namespace annex::meta
