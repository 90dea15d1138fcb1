#include "annex/json/read.h"
#include "annex/meta/status.h"
#include "handlers/body.h"
#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/output.h"
#include "handlers/render.h"

namespace annex::handlers {

util::Task<Result<http::Response>> serve_remove(Exchange& exchange) {
  if (auto done = check_body_size(exchange.http, exchange.options.body_limit); !done) {
    co_return std::move(done).error();
  }
  auto options = read_delete_options(exchange.http);
  if (!options) co_return std::move(options).error();
  registry::WriteRequest request =
      exchange.write_request(options->dry_run, std::move(options->document));
  request.preconditions = options->preconditions;
  if (options->unsafe) {
    auto live = exchange.backend.get(request.key, {});
    if (!live) co_return std::move(live).error();
    if (*live) {
      Error error;
      error.reason = Reason::kConflict;
      error.message = "Operation cannot be fulfilled on " + exchange.resource.group_resource() +
                      " \"" + request.key.name +
                      "\": unsafe deletion is not allowed because the object is decodable from "
                      "storage";
      error.details.name = request.key.name;
      error.details.group = exchange.resource.group;
      error.details.kind = exchange.resource.plural;
      co_return error;
    }
  }
  const registry::Writes writes = exchange.writes();
  auto removed = co_await writes.remove(request, options->remove);
  if (!removed) co_return std::move(removed).error();
  if (!removed->gone) {
    const bool accepted = options->remove.orphan_dependents == std::optional<bool>(false);
    // The form was negotiated for a Status, too, and perhaps suits that alone.
    auto form = negotiate(exchange.http, Offer::kTransforms);
    if (!form) co_return std::move(form).error();
    exchange.form = *std::move(form);
    co_return object_response(exchange, accepted ? 202 : 200, *removed->item);
  }
  auto object = exchange.codec().hub(*removed->item);
  if (!object) co_return std::move(object).error();
  Form form = exchange.form;
  form.shape = Shape::kObject;  // a Status is never transformed
  co_return make_response(
      exchange.http, form, 200,
      meta::success_json(request.key.name, exchange.resource.group, exchange.resource.plural,
                         object->at_string({"metadata", "uid"})));
}

}  // namespace annex::handlers
