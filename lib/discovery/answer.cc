#include <algorithm>
#include <utility>

#include "annex/discovery/documents.h"
#include "annex/http/media_type.h"
#include "http/date.h"
#include "http/gzip.h"
#include "request/accept.h"

namespace annex::discovery {
namespace {

constexpr std::string_view kJson = "application/json";

using request::Media;

http::Response respond(std::string_view type, util::Bytes body) {
  http::Response response;
  response.headers.add("Content-Type", std::string(type));
  response.body = util::Chunks(std::move(body));
  return response;
}

Error not_acceptable(const std::string& types) {
  Error error;
  error.reason = Reason::kNotAcceptable;
  error.message = "only the following media types are accepted: " + types;
  return error;
}

Error not_found() {
  return Error::generic(Reason::kNotFound, "the server could not find the requested resource");
}

Error wrong_method() {
  return Error::generic(Reason::kMethodNotAllowed,
                        "the server does not allow this method on the requested resource");
}

/// True if a list of tags holds `etag`; the weak form counts, too.
bool names_tag(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
  }
  return false;
}

bool has_tag(const http::Request& request, std::string_view etag) {
  const auto lines = request.headers.all("If-None-Match");
  return std::any_of(lines.begin(), lines.end(),
                     [&](std::string_view line) { return names_tag(line, etag); });
}

/// True if the clause asks for the plain document, not for one made into something else.
bool is_plain(const http::MediaType& clause, Media media) {
  for (const char* transform : {"as", "g", "v", "sv"}) {
    if (!clause.param(transform).value_or("").empty()) return false;
  }
  const std::string_view stream = clause.param("stream").value_or("");
  return stream.empty() || (stream == "watch" && media != Media::kYaml);
}

/// A document's bytes in one form.
template <typename Forms>
const util::Bytes& form_of(const Forms& document, Media media, bool pretty) {
  switch (media) {
    case Media::kYaml:
      return document.yaml;
    case Media::kProtobuf:
      return document.proto;
    case Media::kJson:
      break;
  }
  return pretty ? document.pretty : document.compact;
}

/// "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"; clients up to now say `@v1.0`,
/// which is no legal media type.
std::string proto_type(std::string_view version, char separator) {
  return "application/com.github.proto-openapi.spec." + std::string(version) + separator +
         "v1.0+protobuf";
}

/// The document's path without the one trailing slash that upstream allows: no redirection, which
/// not every client follows.
std::string_view without_slash(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

}  // namespace

std::optional<Result<http::Response>> Documents::answer(const http::Request& request) const {
  const std::string& path = request.target.path;
  // Upstream never looks at the method of these.
  if (path == "/" || path == "/index.html") return respond(kJson, paths_);
  if (path == "/openapi/v2" || path == "/openapi/v3" || path.starts_with("/openapi/v3/")) {
    return openapi(request);
  }
  const std::string_view name = without_slash(path);
  if (name == "/version") return version(request);
  const auto found = legacy_.find(name);
  if (found != legacy_.end()) return discovery(request, found->second);
  constexpr std::string_view kGroups = "/apis/";
  const std::string_view parent = name.substr(0, name.rfind('/'));
  const bool is_version =
      parent.starts_with(kGroups) && parent.find('/', kGroups.size()) == std::string::npos;
  if (is_version && legacy_.find(parent) != legacy_.end()) return not_found();
  return std::nullopt;
}

Result<http::Response> Documents::version(const http::Request& request) const {
  if (request.method != "GET") return wrong_method();
  if (const auto checked = request::check_producible(request, {kJson}); !checked) {
    return checked.error();
  }
  return respond(kJson, version_);
}

Result<http::Response> Documents::discovery(const http::Request& request,
                                            const Forms& document) const {
  if (request.method != "GET") return wrong_method();
  const auto checked = request::check_producible(
      request, {kJson, request::media_type(Media::kYaml), request::media_type(Media::kProtobuf)});
  if (!checked) return checked.error();
  if (&document == &legacy_.at("/apis")) {
    if (std::optional<http::Response> response = aggregated(request)) return *std::move(response);
  }
  bool present = false;
  const auto clauses = http::accepted(request.headers, &present);
  if (!present) {
    const bool pretty = request::wants_pretty(request, nullptr);
    return respond(kJson, pretty ? document.pretty : document.compact);
  }
  for (const http::MediaType& clause : clauses) {
    for (const Media media : request::kMedia) {
      const std::string_view type = request::media_type(media);
      if (!clause.matches(type) || !is_plain(clause, media)) continue;
      return respond(type, form_of(document, media, request::wants_pretty(request, &clause)));
    }
  }
  return not_acceptable("application/json, application/yaml, application/vnd.kubernetes.protobuf");
}

std::optional<http::Response> Documents::aggregated(const http::Request& request) const {
  for (const http::MediaType& clause : http::accepted(request.headers)) {
    // A clause for the plain list is passed over, even if it comes first.
    if (clause.param("as") != "APIGroupDiscoveryList" ||
        clause.param("g") != "apidiscovery.k8s.io") {
      continue;
    }
    const std::string version(clause.param("v").value_or(""));
    const auto found = aggregated_.find(version);
    if (found == aggregated_.end()) continue;
    for (const Media media : request::kMedia) {
      const std::string_view type = request::media_type(media);
      if (!clause.matches(type)) continue;
      http::Response response = respond(
          std::string(type) + ";g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList",
          form_of(found->second.forms, media, request::wants_pretty(request, &clause)));
      response.headers.add("ETag", found->second.etag);
      response.headers.add("Vary", "Accept");
      response.headers.add("Cache-Control", "public");
      // Compared as one text, as upstream does: no lists, no weak tags.
      if (request.headers.first("If-None-Match") == found->second.etag) {
        response.status = 304;
        response.headers.remove("Content-Type");
        response.body = util::Chunks();
      }
      return response;
    }
  }
  return std::nullopt;
}

Result<http::Response> Documents::openapi(const http::Request& request) const {
  const std::string& path = request.target.path;
  if (path == "/openapi/v2") return openapi_form(request, "v2", openapi_.get().v2);
  if (path == "/openapi/v3") {
    return conditional(request, kJson, openapi_.get().v3_index.text, openapi_.get().v3_index.etag);
  }
  return openapi_v3(request, path.substr(std::string_view("/openapi/v3/").size()));
}

Result<http::Response> Documents::openapi_v3(const http::Request& request,
                                             const std::string& key) const {
  const std::map<std::string, OpenApi>& documents = openapi_.get().v3;
  const auto found = documents.find(key);
  if (found == documents.end()) return not_found();
  const OpenApi& document = found->second;
  Result<http::Response> response = openapi_form(request, "v3", document);
  // Upstream redirects from a hash that has passed; behind the aggregator a redirection makes the
  // whole group unavailable, so the present document is the answer, not to be kept.
  const auto hash = request.target.query.first("hash");
  if (response && hash && "\"" + std::string(*hash) + "\"" == document.etag) {
    constexpr auto kYear = std::chrono::hours(365 * 24);
    response->headers.add("Cache-Control", "public, immutable");
    response->headers.add("Expires", http::write_date(clock_.wall_now() + kYear));
  }
  return response;
}

Result<http::Response> Documents::openapi_form(const http::Request& request,
                                               std::string_view version,
                                               const OpenApi& document) const {
  const std::string type = proto_type(version, '.');
  bool present = false;
  std::vector<http::MediaType> clauses = http::accepted(request.headers, &present);
  if (!present) clauses = http::parse_accept("*/*");
  for (const http::MediaType& clause : clauses) {
    const bool json = clause.matches(kJson);
    const bool proto = clause.matches(type) || clause.matches(proto_type(version, '@'));
    if (!json && !proto) continue;
    const util::Bytes& packed = json ? document.text_packed : document.proto_packed;
    const bool pack = !packed.empty() && http::accepts_gzip(request.headers);
    const util::Bytes& body = pack ? packed : json ? document.text : document.proto;
    http::Response response = conditional(request, json ? kJson : type, body, document.etag);
    if (!packed.empty()) response.headers.add("Vary", "Accept-Encoding");
    response.headers.add("Vary", "Accept");
    if (pack && response.status == 200) response.headers.add("Content-Encoding", "gzip");
    return response;
  }
  return not_acceptable(std::string(kJson) + ", " + type);
}

http::Response Documents::conditional(const http::Request& request, std::string_view type,
                                      const util::Bytes& body, const std::string& etag) const {
  bool same = false;
  if (request.method == "GET" || request.method == "HEAD") {
    same = has_tag(request, etag);
    if (!request.headers.contains("If-None-Match")) {
      const auto since = http::read_date(request.headers.first("If-Modified-Since").value_or(""));
      same = since && std::chrono::floor<std::chrono::seconds>(prepared_) <= *since;
    }
  }
  http::Response response;
  response.headers.add("ETag", etag);
  if (same) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", std::string(type));
  response.headers.add("Last-Modified", http::write_date(prepared_));
  response.body = util::Chunks(body);
  return response;
}

}  // namespace annex::discovery
