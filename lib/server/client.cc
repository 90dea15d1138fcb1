#include "annex/server/client.h"

#include <exception>
#include <utility>

#include "annex/http/uri.h"
#include "annex/json/read.h"
#include "annex/meta/status.h"
#include "server/access.h"
#include "server/line_reader.h"

namespace annex::detail {
namespace {

std::string path_of(const TypedResource& typed, const ClientCall& call) {
  const registry::Resource& resource = typed.resource;
  std::string path =
      (resource.group.empty() ? "/api/" : "/apis/") + resource.api_version(typed.version);
  if (resource.namespaced() && !call.name_space.empty()) {
    path += "/namespaces/" + http::percent_encode(call.name_space);
  }
  path += "/" + resource.plural;
  if (!call.name.empty()) path += "/" + http::percent_encode(call.name);
  if (!call.subresource.empty()) path += "/" + http::percent_encode(call.subresource);
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    path += separator + name + "=" + http::percent_encode(value);
    separator = '&';
  }
  return path;
}

Result<http::Response> serve(const AccessParts& parts, const request::UserInfo& user,
                             const TypedResource& typed, const ClientCall& call) {
  http::Request request;
  request.method = call.method;
  Result<http::Target> target = http::parse_target(path_of(typed, call));
  if (!target) return target.error();
  request.target = std::move(*target);
  request.headers.add("Accept", "application/json");
  if (!call.body.empty()) request.headers.add("Content-Type", call.content_type);
  request.body = util::Bytes(call.body);
  request.protocol = "HTTP/1.1";
  request.received = parts.environment.clock.now();

  request::Context context;
  context.user = user;
  context.audit_id = parts.environment.random.uuid();
  Result<request::RequestInfo> info = request::resolve(request);
  if (!info) return info.error();
  context.info = std::move(*info);
  try {
    return parts.handlers.serve(context, request).run();
  } catch (const std::exception& error) {
    // Only a hook can throw: as for a request, its call fails.
    parts.environment.logger.error("A hook threw",
                                   {{"URI", request.target.path}, {"err", error.what()}});
    return Error::internal("a hook of this resource failed");
  }
}

/// The whole body; a large list is made while it is read.
Result<std::string> text_of(http::Response response, const util::Clock& clock) {
  auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response.body);
  if (source == nullptr) return response.body_text();
  (*source)->start({});
  util::Chunks chunks;
  std::string text;
  http::Pull pulled = http::Pull::kWrote;
  while (pulled == http::Pull::kWrote) {
    pulled = (*source)->pull(1U << 20U, clock.now(), chunks);
    text += std::exchange(chunks, {}).join();
  }
  if (pulled != http::Pull::kEnd) return Error::internal("an answer without an end");
  return text;
}

Result<json::Value> object_of(http::Response response, const util::Clock& clock) {
  const int status = response.status;
  const Result<std::string> text = text_of(std::move(response), clock);
  if (!text) return text.error();
  Result<json::Value> object = json::parse(*text);
  if (!object) return Error::internal(object.error().message);
  if (status >= 400) return meta::read_status(*object);
  return object;
}

}  // namespace

class EventStream::Impl {
 public:
  Impl(AccessPtr access, std::uint64_t run, std::unique_ptr<http::BodySource> source,
       const util::Clock& clock)
      : access_(std::move(access)), run_(run), reader_(std::move(source), clock) {}

  std::optional<json::Value> next(util::Duration limit, const std::stop_token& stop) {
    const std::optional<Access::Visit> visit = access_->enter();
    if (!visit || visit->run() != run_) {
      ended_ = true;
      return std::nullopt;
    }
    const std::optional<std::string> line = reader_.next_line(limit, stop);
    ended_ = reader_.ended();
    if (!line) return std::nullopt;
    Result<json::Value> event = json::parse(*line);
    return event ? std::move(*event) : json::Value();
  }
  bool ended() const { return ended_; }

 private:
  const AccessPtr access_;
  const std::uint64_t run_;
  LineReader reader_;
  bool ended_ = false;
};

EventStream::EventStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventStream::EventStream(EventStream&&) noexcept = default;
EventStream& EventStream::operator=(EventStream&&) noexcept = default;
EventStream::~EventStream() = default;

std::optional<json::Value> EventStream::next(util::Duration limit, const std::stop_token& stop) {
  return impl_->next(limit, stop);
}
bool EventStream::ended() const { return impl_->ended(); }

Result<json::Value> RawClient::call(const ClientCall& call) const {
  const std::optional<Access::Visit> visit = access_->enter();
  if (!visit) return not_running();
  const AccessParts& parts = **visit;
  const Result<TypedResource> typed = find_typed(parts, type_);
  if (!typed) return typed.error();
  Result<http::Response> response = serve(parts, user_, *typed, call);
  if (!response) return response.error();
  return object_of(std::move(*response), parts.environment.clock);
}

Result<EventStream> RawClient::watch(const ClientCall& call) const {
  const std::optional<Access::Visit> visit = access_->enter();
  if (!visit) return not_running();
  const AccessParts& parts = **visit;
  const Result<TypedResource> typed = find_typed(parts, type_);
  if (!typed) return typed.error();
  Result<http::Response> response = serve(parts, user_, *typed, call);
  if (!response) return response.error();
  auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response->body);
  if (source == nullptr) {
    const Result<json::Value> failed = object_of(std::move(*response), parts.environment.clock);
    return failed ? Error::internal("a watch without a stream") : failed.error();
  }
  return EventStream(std::make_unique<EventStream::Impl>(access_, visit->run(), std::move(*source),
                                                         parts.environment.clock));
}

Result<json::Value> RawClient::typed(json::Value object) const {
  const std::optional<Access::Visit> visit = access_->enter();
  if (!visit) return not_running();
  const Result<TypedResource> typed = find_typed(**visit, type_);
  if (!typed) return typed.error();
  object.as_object()["kind"] = typed->resource.kind;
  object.as_object()["apiVersion"] = typed->resource.api_version(typed->version);
  return object;
}

}  // namespace annex::detail
