#include <algorithm>
#include <optional>

#include "annex/json/patch.h"
#include "annex/json/write.h"
#include "annex/schema/strategic_merge.h"
#include "handlers/apply.h"
#include "handlers/body.h"
#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/render.h"

namespace annex::handlers {
namespace {

enum class PatchType { kJson, kMerge, kStrategic, kApply };

constexpr std::string_view kJsonPatchType = "application/json-patch+json";
constexpr std::string_view kMergePatchType = "application/merge-patch+json";
constexpr std::string_view kStrategicType = "application/strategic-merge-patch+json";

std::string_view essence(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  while (!type.empty() && type.front() == ' ') type.remove_prefix(1);
  return type;
}

/// As upstream's router: one of the header's elements is a patch's.
bool is_routed(std::string_view header) {
  for (std::size_t begin = 0; begin <= header.size();) {
    const std::size_t end = std::min(header.find(',', begin), header.size());
    const std::string_view type = essence(header.substr(begin, end - begin));
    if (type == kJsonPatchType || type == kMergePatchType || type == kStrategicType ||
        type == kApplyPatchType) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

Result<PatchType> patch_type(const http::Request& request) {
  const std::string_view header = request.headers.first("Content-Type").value_or("");
  const std::string_view type = essence(header);
  if (type == kJsonPatchType) return PatchType::kJson;
  if (type == kMergePatchType) return PatchType::kMerge;
  if (type == kStrategicType) return PatchType::kStrategic;
  if (type == kApplyPatchType) return PatchType::kApply;
  Error error;
  error.reason = Reason::kUnsupportedMediaType;
  if (!is_routed(header) && !request.body.empty()) {
    return Error::generic(error.reason, "415: Unsupported Media Type");
  }
  error.message =
      "the body of the request was in an unknown format - accepted media types include: " +
      std::string(kJsonPatchType) + ", " + std::string(kMergePatchType) + ", " +
      std::string(kStrategicType) + ", " + std::string(kApplyPatchType);
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
    } else if (document->value.is_null() && type == PatchType::kMerge) {
      return Error::bad_request("Invalid JSON Patch");
    } else if (document->value.is_null()) {
      patch_ = json::Object();
    } else if (!document->value.is_object()) {
      const std::string what = type == PatchType::kMerge ? "error decoding patch: " : "";
      return Error::bad_request(what + "json: cannot unmarshal " +
                                std::string(document->value.type_name()) +
                                " into Go value of type map[string]interface {}");
    } else {
      patch_ = std::move(document->value);
    }
    strategic_ = type == PatchType::kStrategic;
    if (validation_ == FieldValidation::kIgnore) return {};
    for (const std::string& text : strict_problems({}, document->duplicates)) {
      problems_.push_back(prefix + text);
    }
    if (json_patch_) {
      for (const std::string& text : json_patch_->unknown_members()) {
        problems_.push_back(prefix + text);
      }
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
    } else if (strategic_) {
      auto result = schema::strategic_merge(*exchange_.resource.types, exchange_.version.type,
                                            std::move(patched), patch_);
      if (!result) return result;
      patched = std::move(*result);
      // As upstream, where the patched document is taken for what the live one was.
      patched.as_object().set("kind", exchange_.resource.kind);
      patched.as_object().set("apiVersion", exchange_.resource.api_version(exchange_.version));
    } else {
      json::merge_patch(patched, patch_);
    }
    return decode(std::move(patched));
  }

 private:
  Result<json::Value> decode(json::Value patched) {
    const std::string text = json::write(patched);
    const registry::Resource& resource = exchange_.resource;
    const std::string kind = patched.at_string({"kind"});
    const std::string api_version = patched.at_string({"apiVersion"});
    const registry::Version* version = version_of(api_version);
    const bool untyped = patched.is_object() && kind.empty() && api_version.empty();
    if (std::count(api_version.begin(), api_version.end(), '/') > 1) {
      return invalid_patch(text, "unexpected GroupVersion string: " + api_version);
    }
    drop_self_link(patched);
    if (!patched.is_object() || (!untyped && (kind != resource.kind || version == nullptr))) {
      return invalid_patch(text, "no kind " + json::quoted(kind) + " is registered for version " +
                                     json::quoted(api_version) + " in scheme \"annex\"");
    }
    if (untyped) return decode_untyped(patched, text);
    schema::NormalizeReport report;
    auto object = exchange_.codec().decode(*version, std::move(patched), report);
    if (!object) {
      if (object.error().reason != Reason::kBadRequest) return object;
      return invalid_patch(text, object.error().message);
    }
    if (auto done = report_problems(report.unknown_fields, text); !done) {
      return std::move(done).error();
    }
    if (auto done = match_namespace(exchange_, *object); !done) return std::move(done).error();
    if (auto done = match_name(exchange_, *object); !done) return std::move(done).error();
    return object;
  }

  /// The served version that an apiVersion names, which a patch may change; null if there is none.
  const registry::Version* version_of(const std::string& api_version) const {
    for (const registry::Version& version : exchange_.resource.versions) {
      if (exchange_.resource.api_version(version) == api_version) return &version;
    }
    return nullptr;
  }

  /// Upstream takes a document that lost its type for one without any member, hence without a name.
  Result<json::Value> decode_untyped(const json::Value& patched, const std::string& text) {
    std::vector<std::string> unknown;
    for (const json::Member& member : patched.as_object()) unknown.push_back(member.name);
    if (auto done = report_problems(unknown, text); !done) return std::move(done).error();
    auto done = match_name(exchange_, json::Value(json::Object()));
    return done ? Error::internal("a name without a document") : std::move(done).error();
  }

  Result<void> report_problems(const std::vector<std::string>& unknown, const std::string& text) {
    std::vector<std::string> problems = problems_;
    if (validation_ != FieldValidation::kIgnore) {
      for (std::string& found : strict_problems(unknown, {})) {
        problems.push_back(std::move(found));
      }
    }
    if (!problems.empty()) {
      if (validation_ == FieldValidation::kStrict) {
        return invalid_patch(text, "strict decoding error: " + join(problems, ", "));
      }
      exchange_.warn(problems);
    }
    return {};
  }

  Exchange& exchange_;
  const FieldValidation validation_;
  std::optional<json::JsonPatch> json_patch_;
  bool strategic_ = false;
  json::Value patch_;  ///< of a merge, strategic or not
  std::vector<std::string> problems_;
};

util::Task<Result<http::Response>> serve_apply(Exchange& exchange, const WriteOptions& options) {
  registry::WriteRequest request = exchange.write_request(options.dry_run, options.document);
  request.fields = exchange.field_writer(options);
  request.fields.applied = true;
  ApplyPatch patch(exchange, options, request.fields);
  if (auto done = patch.read(); !done) co_return std::move(done).error();
  const bool may_create = exchange.context.info.subresource.empty();
  const registry::Writes writes = exchange.writes();
  auto written = co_await writes.update(request, patch, may_create);
  if (!written) co_return std::move(written).error();
  co_return object_response(exchange, written->created ? 201 : 200, *written->item);
}

}  // namespace

util::Task<Result<http::Response>> serve_patch(Exchange& exchange) {
  auto type = patch_type(exchange.http);
  if (!type) co_return std::move(type).error();
  if (auto done = check_body_size(exchange.http, exchange.options.body_limit); !done) {
    co_return std::move(done).error();
  }
  const bool apply = *type == PatchType::kApply;
  auto options = read_write_options(exchange.http.target.query, "PatchOptions", apply);
  if (!options) co_return std::move(options).error();
  if (apply) co_return co_await serve_apply(exchange, *options);
  Patch patch(exchange, options->field_validation);
  if (auto done = patch.read(*type); !done) co_return std::move(done).error();
  registry::WriteRequest request =
      exchange.write_request(options->dry_run, std::move(options->document));
  request.fields = exchange.field_writer(*options);
  const registry::Writes writes = exchange.writes();
  auto written = co_await writes.update(request, patch, false);
  if (!written) co_return std::move(written).error();
  co_return object_response(exchange, 200, *written->item);
}

}  // namespace annex::handlers
