#include "handlers/body.h"

#include <algorithm>
#include <utility>

#include "annex/http/media_type.h"
#include "annex/json/write.h"
#include "registry/object.h"

namespace annex::handlers {
namespace {

constexpr std::size_t kSummaryBytes = 30;

/// Protobuf is read where options are expected, not where a user's kind is.
Error unknown_format(bool is_protobuf) {
  Error error;
  error.reason = Reason::kUnsupportedMediaType;
  error.message =
      "the body of the request was in an unknown format - accepted media types include: "
      "application/json, application/yaml";
  if (!is_protobuf) error.message += ", application/vnd.kubernetes.protobuf";
  return error;
}

std::string summary(std::string_view body) {
  if (body.empty()) return "<empty>";
  const std::string_view head = body.substr(0, kSummaryBytes);
  const std::string more = body.size() > kSummaryBytes ? " ..." : "";
  if (body.front() == '{') return std::string(head) + more;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const char c : head) {
    text += kHex[static_cast<unsigned char>(c) >> 4U];
    text += kHex[static_cast<unsigned char>(c) & 0xFU];
  }
  return text + more;
}

Error unrecognized(const Exchange& exchange, const std::string& why) {
  return Error::bad_request("the object provided is unrecognized (must be of type " +
                            exchange.resource.kind + "): " + why + " (" +
                            summary(exchange.http.body.view()) + ")");
}

Error no_type(const Exchange& exchange, const std::string& why) {
  return unrecognized(exchange, "couldn't get version/kind; json parse error: " + why);
}

/// Go's MIME parser refuses a parameter without a value.
bool is_well_formed(std::string_view content_type) {
  for (std::size_t semicolon = content_type.find(';'); semicolon != std::string_view::npos;) {
    const std::size_t end = content_type.find(';', semicolon + 1);
    const std::string_view parameter = content_type.substr(semicolon + 1, end - semicolon - 1);
    const bool blank = parameter.find_first_not_of(' ') == std::string_view::npos;
    if (!blank && parameter.find('=') == std::string_view::npos) return false;
    semicolon = end;
  }
  return true;
}

struct TypeNames {
  std::string_view kind;
  std::string_view api_version;
};

/// What the document names, else `endpoint`'s.
Result<TypeNames> read_type(const Exchange& exchange, const json::Value& document,
                            const TypeNames& endpoint) {
  TypeNames type = endpoint;
  for (auto [name, out] :
       {std::pair("apiVersion", &type.api_version), std::pair("kind", &type.kind)}) {
    const json::Value* given = document.find(name);
    if (given == nullptr || given->is_null()) continue;
    if (!given->is_string()) {
      return no_type(exchange, "json: cannot unmarshal " + std::string(given->type_name()) +
                                   " into field " + name + " of type string");
    }
    if (!given->as_string().empty()) *out = given->as_string();
  }
  if (std::count(type.api_version.begin(), type.api_version.end(), '/') > 1) {
    return unrecognized(exchange,
                        "unexpected GroupVersion string: " + std::string(type.api_version));
  }
  return type;
}

/// By name, all the way down; the reader has bounded the depth.
void sort_members(json::Value& value) {
  if (value.is_array()) {
    for (json::Value& item : value.as_array()) sort_members(item);
  } else if (value.is_object()) {
    std::vector<json::Member> members(value.as_object().begin(), value.as_object().end());
    std::sort(members.begin(), members.end(),
              [](const json::Member& a, const json::Member& b) { return a.name < b.name; });
    json::Object sorted;
    for (json::Member& member : members) {
      sort_members(member.value);
      sorted.append(std::move(member.name), std::move(member.value));
    }
    value = std::move(sorted);
  }
}

/// The form that the document claims to have must be the endpoint's.
Result<void> check_type(const registry::Resource& resource, const TypeNames& type,
                        const TypeNames& endpoint) {
  const std::size_t slash = type.api_version.find('/');
  const bool grouped = slash != std::string_view::npos;
  const std::string_view group = type.api_version.substr(0, grouped ? slash : 0);
  const std::string_view name = type.api_version.substr(grouped ? slash + 1 : 0);
  const std::string kind(type.kind);
  const bool known =
      kind == resource.kind && group == resource.group && resource.find_version(name) != nullptr;
  if (!known) {
    return Error::bad_request(kind + " in version " + json::quoted(name) +
                              " cannot be handled as a " + resource.kind + ": no kind " +
                              json::quoted(kind) + " is registered for version " +
                              json::quoted(type.api_version) + " in scheme \"annex\"");
  }
  if (type.api_version == endpoint.api_version) return {};
  return Error::bad_request("the API version in the data (" + std::string(type.api_version) +
                            ") does not match the expected API version (" +
                            std::string(endpoint.api_version) + ")");
}

}  // namespace

Result<bool> body_is_yaml(const http::Request& request) {
  const auto header = request.headers.first("Content-Type");
  // Most say just this.
  if (!header || header->empty() || *header == "application/json") return false;
  const auto type = is_well_formed(*header) ? http::parse_media_type(*header) : std::nullopt;
  if (type && type->essence() == "application/json") return false;
  if (type && type->essence() == "application/yaml") return true;
  return unknown_format(body_is_protobuf(request));
}

bool body_is_protobuf(const http::Request& request) {
  const auto type = http::parse_media_type(request.headers.first("Content-Type").value_or(""));
  return type && type->essence() == request::media_type(request::Media::kProtobuf);
}

Result<json::Document> read_body(const http::Request& request) {
  auto yaml = body_is_yaml(request);
  if (!yaml) return std::move(yaml).error();
  return *yaml ? json::read_yaml(request.body.view()) : json::read(request.body.view());
}

Result<void> check_body_size(const http::Request& request, std::size_t limit) {
  if (request.body.size() <= limit) return {};
  Error error;
  error.reason = Reason::kRequestEntityTooLarge;
  error.message = "Request entity too large: limit is " + std::to_string(limit);
  return error;
}

std::string join(const std::vector<std::string>& texts, std::string_view separator) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += separator;
    joined += text;
  }
  return joined;
}

std::vector<std::string> strict_problems(const std::vector<std::string>& unknown,
                                         const std::vector<std::string>& duplicates) {
  std::vector<std::string> problems;
  problems.reserve(unknown.size() + duplicates.size());
  for (const std::string& path : unknown) problems.push_back("unknown field " + json::quoted(path));
  for (const std::string& path : duplicates) {
    // YAML's duplicates are sentences with a line number already.
    const bool sentence = path.compare(0, 5, "line ") == 0;
    problems.push_back(sentence ? path : "duplicate field " + json::quoted(path));
  }
  return problems;
}

Result<json::Value> read_object(Exchange& exchange, FieldValidation validation) {
  const std::string_view body = exchange.http.body.view();
  auto yaml = body_is_yaml(exchange.http);
  if (!yaml) return std::move(yaml).error();
  if (body.empty()) return no_type(exchange, "unexpected end of JSON input");
  auto document = *yaml ? json::read_yaml(body) : json::read(body);
  if (!document) return no_type(exchange, document.error().message);
  if (document->value.is_null()) document->value = json::Object();
  if (!document->value.is_object()) {
    return no_type(exchange, "json: cannot unmarshal " + std::string(document->value.type_name()) +
                                 " into an object with apiVersion and kind");
  }
  // As upstream, which makes JSON of YAML first, and that has its members sorted.
  if (*yaml) sort_members(document->value);
  drop_self_link(document->value);
  const registry::Resource& resource = exchange.resource;
  const std::string api_version = resource.api_version(exchange.version);
  const TypeNames endpoint{resource.kind, api_version};
  const auto type = read_type(exchange, document->value, endpoint);
  if (!type) return type.error();
  if (auto done = check_type(resource, *type, endpoint); !done) return std::move(done).error();
  const auto wrong = [&](const std::string& why) {
    return Error::bad_request(resource.kind + " in version " + json::quoted(exchange.version.name) +
                              " cannot be handled as a " + resource.kind + ": " + why);
  };
  schema::NormalizeReport report;
  auto object = exchange.codec().decode(exchange.version, std::move(document->value), report);
  if (!object) {
    if (object.error().reason != Reason::kBadRequest) return object;
    return wrong(object.error().message);
  }
  if (validation == FieldValidation::kIgnore) return object;
  const auto problems = strict_problems(report.unknown_fields, document->duplicates);
  if (problems.empty()) return object;
  if (validation == FieldValidation::kStrict) {
    return wrong("strict decoding error: " + join(problems, ", "));
  }
  exchange.warn(problems);
  return object;
}

void drop_self_link(json::Value& object) {
  json::Value* metadata = object.is_object() ? object.as_object().find("metadata") : nullptr;
  if (metadata != nullptr && metadata->is_object()) metadata->as_object().erase("selfLink");
}

Result<void> match_namespace(const Exchange& exchange, json::Value& object) {
  json::Object& metadata = object.as_object()["metadata"].as_object();
  const std::string given = object.at_string({"metadata", "namespace"});
  const std::string& expected = exchange.context.info.name_space;
  if (expected.empty()) {
    metadata.erase("namespace");
    return {};
  }
  if (given.empty()) {
    registry::set_meta(object, "namespace", expected);
    return {};
  }
  if (given == expected) return {};
  return Error::bad_request(
      "the namespace of the provided object does not match the namespace sent on the request");
}

Result<void> match_name(const Exchange& exchange, const json::Value& object) {
  const std::string& given = object.at_string({"metadata", "name"});
  const std::string& expected = exchange.context.info.name;
  if (given == expected) return {};
  if (given.empty()) {
    return Error::bad_request("the name of the object (" + expected +
                              " based on URL) was undeterminable: name must be provided");
  }
  return Error::bad_request("the name of the object (" + given +
                            ") does not match the name on the URL (" + expected + ")");
}

}  // namespace annex::handlers
