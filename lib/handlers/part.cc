#include "handlers/part.h"

#include <utility>

#include "annex/json/write.h"
#include "handlers/websocket.h"
#include "handlers/websocket_stream.h"

namespace annex::handlers {

Result<http::Response> serve_part(const registry::Subresource& part, registry::Backend& backend,
                                  const request::Context& context, const http::Request& request) {
  const registry::ObjectKey key{context.info.name_space, context.info.name};
  const auto item = backend.get(key, {});
  if (!item) return item.error();
  if (!*item) {
    const registry::Resource& resource = backend.codec().resource();
    Error error;
    error.reason = Reason::kNotFound;
    error.details.name = key.name;
    error.details.group = resource.group;
    error.details.kind = resource.plural;
    error.message = resource.group_resource() + " " + json::quoted(key.name) + " not found";
    return error;
  }
  const Result<json::Value> object = backend.codec().hub(**item);
  if (!object) return object.error();
  if (part.connects && !is_websocket_request(request)) {
    return Error::bad_request("Upgrade request required");
  }
  Result<http::Response> response = part.serve({context, request, key, *object});
  if (!response || !part.connects) return response;
  auto* upgrade = std::get_if<http::Upgrade>(&response->body);
  if (upgrade == nullptr || !upgrade->duplex) return response;
  return accept_websocket(request, std::make_unique<WebSocketStream>(std::move(upgrade->duplex)));
}

}  // namespace annex::handlers
