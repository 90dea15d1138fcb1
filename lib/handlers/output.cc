#include "handlers/output.h"

#include "annex/handlers/handlers.h"
#include "annex/json/read.h"
#include "annex/json/write.h"
#include "annex/meta/status.h"
#include "http/gzip.h"
#include "meta/protobuf.h"

namespace annex::handlers {
namespace {

using request::Media;

constexpr std::size_t kCompressFrom = 131072;

void add_packed_headers(http::Headers& headers) {
  headers.add("Content-Encoding", "gzip");
  headers.add("Vary", "Accept-Encoding");
}

http::Response respond(const http::Request& request, int status, Media media, util::Chunks body) {
  http::Response response;
  response.status = status;
  response.headers.reserve(8);  // what few answers exceed
  response.headers.add("Content-Type", std::string(request::media_type(media)));
  response.headers.add("Cache-Control", "no-cache, private");
  if (body.size() > kCompressFrom && http::accepts_gzip(request.headers)) {
    if (auto packed = http::gzip(body)) {
      body = util::Chunks(std::move(*packed));
      add_packed_headers(response.headers);
    }
  }
  response.body = std::move(body);
  return response;
}

}  // namespace

http::Response make_response(const http::Request& request, const Form& form, int status,
                             util::Chunks json) {
  if (form.media == Media::kJson && !form.pretty) {
    json.append(util::Bytes::literal("\n"));
    return respond(request, status, Media::kJson, std::move(json));
  }
  // What was encoded is read again: rare.
  const Result<json::Value> value = json::parse(json.join());
  return value ? make_response(request, form, status, *value)
               : respond(request, status, Media::kJson, std::move(json));
}

http::Response make_response(const http::Request& request, const Form& form, int status,
                             const json::Value& value) {
  Media media = form.media;
  std::string body;
  if (media == Media::kProtobuf) {
    if (std::optional<std::string> encoded = meta::to_protobuf(value)) {
      body = std::move(*encoded);
    } else {
      media = Media::kJson;  // negotiation offers only what can be made
    }
  }
  if (media == Media::kYaml) {
    body = json::write_yaml(value);
  } else if (media == Media::kJson) {
    body = form.pretty ? json::write_pretty(value) : json::write(value) + "\n";
  }
  return respond(request, status, media, util::Chunks(std::move(body)));
}

http::Response text_response(const http::Request& request, Media media, util::Chunks text) {
  return respond(request, 200, media, std::move(text));
}

http::Response stream_response(const http::Request& request, Media media,
                               const std::function<std::unique_ptr<http::BodySource>(bool)>& make) {
  http::Response response;
  response.headers.add("Content-Type", std::string(request::media_type(media)));
  response.headers.add("Cache-Control", "no-cache, private");
  const bool packed = http::accepts_gzip(request.headers);
  if (packed) add_packed_headers(response.headers);
  response.body = make(packed);
  return response;
}

http::Response error_response(const Error& error, const http::Request& request) {
  Form form;
  if (auto negotiated = negotiate(request, Offer::kPlain)) {
    form = *negotiated;
  } else {
    form.pretty = true;
  }
  const int status = util::http_status(error.reason);
  http::Response response = make_response(request, form, status, meta::status_json(error));
  if (error.details.retry_after_seconds > 0) {
    response.headers.add("Retry-After", std::to_string(error.details.retry_after_seconds));
  }
  return response;
}

}  // namespace annex::handlers
