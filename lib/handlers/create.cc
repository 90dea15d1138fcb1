#include "handlers/body.h"
#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/render.h"
#include "registry/answer.h"

namespace annex::handlers {

util::Task<Result<http::Response>> serve_create(Exchange& exchange) {
  if (auto type = body_is_yaml(exchange.http); !type) co_return std::move(type).error();
  if (auto done = check_body_size(exchange.http, exchange.options.body_limit); !done) {
    co_return std::move(done).error();
  }
  auto options = read_write_options(exchange.http.target.query, "CreateOptions");
  if (!options) co_return std::move(options).error();
  auto object = read_object(exchange, options->field_validation);
  if (!object) co_return std::move(object).error();
  if (auto done = match_namespace(exchange, *object); !done) co_return std::move(done).error();
  registry::WriteRequest request =
      exchange.write_request(options->dry_run, std::move(options->document));
  request.fields = exchange.field_writer(*options);
  if (exchange.resource.answer) {
    auto answered = registry::answer(exchange.codec(), request, std::move(*object));
    if (!answered) co_return std::move(answered).error();
    co_return object_response(exchange, 201, **answered);
  }
  const registry::Writes writes = exchange.writes();
  auto written = co_await writes.create(request, std::move(*object));
  if (!written) co_return std::move(written).error();
  co_return object_response(exchange, 201, *written->item);
}

}  // namespace annex::handlers
