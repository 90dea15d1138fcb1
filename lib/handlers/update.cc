#include "handlers/body.h"
#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/render.h"

namespace annex::handlers {
namespace {

/// The object that the client sent, whatever the live one is.
class Replace final : public registry::Transform {
 public:
  explicit Replace(json::Value object) : object_(std::move(object)) {}
  Result<json::Value> apply(const json::Value*) override { return object_; }

 private:
  const json::Value object_;
};

}  // namespace

util::Task<Result<http::Response>> serve_update(Exchange& exchange) {
  if (auto done = check_body_size(exchange.http, exchange.options.body_limit); !done) {
    co_return std::move(done).error();
  }
  auto options = read_write_options(exchange.http.target.query, "UpdateOptions");
  if (!options) co_return std::move(options).error();
  auto object = read_object(exchange, options->field_validation);
  if (!object) co_return std::move(object).error();
  if (auto done = match_namespace(exchange, *object); !done) co_return std::move(done).error();
  if (auto done = match_name(exchange, *object); !done) co_return std::move(done).error();

  registry::WriteRequest request =
      exchange.write_request(options->dry_run, std::move(options->document));
  request.fields = exchange.field_writer(*options);
  const std::string& uid = object->at_string({"metadata", "uid"});
  if (!uid.empty()) request.preconditions.uid = uid;
  Replace replace(std::move(*object));
  const bool may_create =
      exchange.resource.strategy.create_on_update && exchange.context.info.subresource.empty();
  const registry::Writes writes = exchange.writes();
  auto written = co_await writes.update(request, replace, may_create);
  if (!written) co_return std::move(written).error();
  co_return object_response(exchange, written->created ? 201 : 200, *written->item);
}

}  // namespace annex::handlers
