#include "annex/json/write.h"
#include "annex/request/request_info.h"
#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/render.h"

namespace annex::handlers {

Result<http::Response> serve_get(Exchange& exchange) {
  const http::Query& query = exchange.http.target.query;
  if (request::query_flag(query, "export")) {
    return Error::bad_request(
        "the export parameter, deprecated since v1.14, is no longer supported");
  }
  registry::ReadAt at;
  if (const auto text = query.first("resourceVersion"); text && !text->empty()) {
    auto revision = read_revision(std::string(*text));
    if (!revision) return std::move(revision).error();
    at.kind = *revision == 0 ? registry::ReadAt::Kind::kAny : registry::ReadAt::Kind::kNotOlderThan;
    at.revision = *revision;
  }
  auto item = exchange.backend.get(exchange.key(), at);
  if (!item) return std::move(item).error();
  if (*item) return object_response(exchange, 200, **item);
  const registry::Resource& resource = exchange.stored;
  Error error;
  error.reason = Reason::kNotFound;
  error.details.name = exchange.context.info.name;
  error.details.group = resource.group;
  error.details.kind = resource.plural;
  error.message = resource.group_resource() + " " + json::quoted(error.details.name) + " not found";
  return error;
}

}  // namespace annex::handlers
