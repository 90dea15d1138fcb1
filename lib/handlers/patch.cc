#include <optional>

#include "annex/json/patch.h"
#include "annex/json/write.h"
#include "handlers/body.h"
#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/render.h"

namespace annex::handlers {
namespace {

enum class PatchType { kJson, kMerge };

Result<PatchType> patch_type(const http::Request& request) {
  std::string_view type = request.headers.first("Content-Type").value_or("");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (type == "application/json-patch+json") return PatchType::kJson;
  if (type == "application/merge-patch+json") return PatchType::kMerge;
  Error error;
  error.reason = Reason::kUnsupportedMediaType;
  error.message =
      "the body of the request was in an unknown format - accepted media types include: "
      "application/json-patch+json, application/merge-patch+json";
  return error;
}

/// A patched document that is no object of the kind any more.
Error invalid_patch(const std::string& document, const std::string& why) {
  schema::FieldErrors errors;
  errors.invalid(schema::FieldPath("patch"), document, why);
  Error error = schema::invalid("", "", "", errors);
  return error;
}

class Patch final : public registry::Transform {
 public:
  Patch(Exchange& exchange, FieldValidation validation)
      : exchange_(exchange), validation_(validation) {}

  /// Decodes the request's body.
  Result<void> read(PatchType type) {
    auto document = json::read(exchange_.http.body.view());
    if (!document) return Error::bad_request("invalid JSON patch");
    std::string prefix;
    if (type == PatchType::kJson) {
      auto decoded = json::JsonPatch::decode(document->value);
      if (!decoded) return std::move(decoded).error();
      json_patch_ = std::move(*decoded);
      prefix = "json patch ";
    } else if (!document->value.is_object()) {
      return Error::bad_request("error decoding patch: json: cannot unmarshal " +
                                std::string(document->value.type_name()) +
                                " into Go value of type map[string]interface {}");
    } else {
      merge_patch_ = std::move(document->value);
    }
    if (validation_ == FieldValidation::kIgnore) return {};
    if (json_patch_) {
      for (const std::string& text : json_patch_->unknown_members()) {
        problems_.push_back(prefix + text);
      }
    }
    for (const std::string& text : strict_problems({}, document->duplicates)) {
      problems_.push_back(prefix + text);
    }
    return {};
  }

  Result<json::Value> apply(const json::Value* live) override {
    if (live == nullptr) return Error::internal("nothing to patch");
    auto document = exchange_.codec().to_version(exchange_.version, *live);
    if (!document) return document;
    document->as_object()["metadata"].as_object().set(
        "resourceVersion", live->at_string({"metadata", "resourceVersion"}));
    json::Value patched = std::move(*document);
    if (json_patch_) {
      auto result = json_patch_->apply(patched);
      if (!result) return result;
      patched = std::move(*result);
    } else {
      json::merge_patch(patched, merge_patch_);
    }
    return decode(std::move(patched));
  }

 private:
  Result<json::Value> decode(json::Value patched) {
    const std::string text = json::write(patched);
    const registry::Resource& resource = exchange_.resource;
    const std::string& kind = patched.at_string({"kind"});
    const std::string& api_version = patched.at_string({"apiVersion"});
    if (!patched.is_object() || (!kind.empty() && kind != resource.kind) ||
        (!api_version.empty() && api_version != resource.api_version(exchange_.version))) {
      return invalid_patch(text, "no kind " + json::quoted(kind) + " is registered for version " +
                                     json::quoted(api_version) + " in scheme \"annex\"");
    }
    schema::NormalizeReport report;
    auto object = exchange_.codec().decode(exchange_.version, std::move(patched), report);
    if (!object) {
      if (object.error().reason != Reason::kBadRequest) return object;
      return invalid_patch(text, object.error().message);
    }
    std::vector<std::string> problems = problems_;
    if (validation_ != FieldValidation::kIgnore) {
      for (std::string& found : strict_problems(report.unknown_fields, {})) {
        problems.push_back(std::move(found));
      }
    }
    if (!problems.empty()) {
      if (validation_ == FieldValidation::kStrict) {
        return invalid_patch(text, "strict decoding error: " + join(problems, ", "));
      }
      exchange_.warn(problems);
    }
    if (auto done = match_namespace(exchange_, *object); !done) return std::move(done).error();
    if (auto done = match_name(exchange_, *object); !done) return std::move(done).error();
    return object;
  }

  Exchange& exchange_;
  const FieldValidation validation_;
  std::optional<json::JsonPatch> json_patch_;
  json::Value merge_patch_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<http::Response> serve_patch(Exchange& exchange) {
  auto type = patch_type(exchange.http);
  if (!type) return std::move(type).error();
  if (auto done = check_body_size(exchange.http, exchange.options.body_limit); !done) {
    return std::move(done).error();
  }
  auto options = read_write_options(exchange.http.target.query, "PatchOptions");
  if (!options) return std::move(options).error();
  Patch patch(exchange, options->field_validation);
  if (auto done = patch.read(*type); !done) return std::move(done).error();
  auto written = exchange.writes().update(exchange.write_request(options->dry_run), patch, false);
  if (!written) return std::move(written).error();
  exchange.warn(written->warnings);
  return object_response(exchange, 200, *written->item);
}

}  // namespace annex::handlers
