#include "annex/handlers/handlers.h"

#include <algorithm>

#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/part.h"
#include "handlers/routing.h"
#include "registry/scale.h"

namespace annex::handlers {
namespace {

util::Task<Result<http::Response>> made(Result<http::Response> response) { co_return response; }

/// Reads are made at once.
util::Task<Result<http::Response>> dispatch(Verb verb, Exchange& exchange) {
  switch (verb) {
    case Verb::kCreate:
      return serve_create(exchange);
    case Verb::kGet:
      return made(serve_get(exchange));
    case Verb::kList:
      return made(serve_list(exchange));
    case Verb::kWatch:
      return made(serve_watch(exchange));
    case Verb::kUpdate:
      return serve_update(exchange);
    case Verb::kPatch:
      return serve_patch(exchange);
    case Verb::kRemove:
      return serve_remove(exchange);
    case Verb::kRemoveCollection:
      return serve_remove_collection(exchange);
  }
  return made(Error::internal("unknown verb"));
}

Offer offer_of(Verb verb) {
  return verb == Verb::kWatch    ? Offer::kWatch
         : verb == Verb::kRemove ? Offer::kRemoval
                                 : Offer::kTransforms;
}

/// What upstream's route lists as its products, of which the request must accept one.
Result<void> check_route_forms(const http::Request& request, Verb verb) {
  if (verb != Verb::kList && verb != Verb::kWatch) {
    return request::check_producible(
        request, {"application/json", "application/yaml", "application/vnd.kubernetes.protobuf"});
  }
  return request::check_producible(
      request,
      {"application/json", "application/yaml", "application/vnd.kubernetes.protobuf",
       "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"});
}

}  // namespace

registry::WriteRequest Exchange::write_request(bool dry_run, json::Value options_document) const {
  registry::WriteRequest request;
  request.key = key();
  request.may_create = context.may_create;
  request.deadline = std::min(context.deadline, clock.now() + options.write_limit);
  request.admission = options.admission;
  request.waiting = context.waiting;
  registry::HookContext& hooks = request.hooks;
  hooks.user = context.user;
  hooks.now = clock.wall_now();
  hooks.group = stored.group;
  hooks.version = context.info.version;
  hooks.resource = stored.plural;
  hooks.subresource = context.info.subresource;
  hooks.kind_group = resource.group;
  hooks.kind_version = version.name;
  hooks.kind = resource.kind;
  hooks.name_space = context.info.name_space;
  hooks.name = context.info.name;
  hooks.options = std::move(options_document);
  hooks.dry_run = dry_run;
  hooks.warn = [this](const std::string& text) { context.warnings.add(text); };
  return request;
}

Handlers::Handlers(const registry::Registry& registry, registry::Backends& backends,
                   const util::Clock& clock, util::Random& random, util::Logger& logger,
                   HandlersOptions options)
    : registry_(registry),
      backends_(backends),
      clock_(clock),
      random_(random),
      logger_(logger),
      options_(std::move(options)),
      scale_(registry::make_scale_resource()),
      scale_codec_(*scale_) {}

bool Handlers::serves(const request::RequestInfo& info) const {
  return info.is_resource && registry_.find_group(info.group) != nullptr;
}

util::Task<Result<http::Response>> Handlers::answer(request::Context& context,
                                                    const http::Request& request) const {
  auto route = find_route(registry_, context.info, request.method);
  if (!route) co_return std::move(route).error();
  if (route->part != nullptr) {
    context.warnings.add(route->version->deprecation);
    co_return serve_part(*route->part, *backends_.find(*route->resource), context, request);
  }
  if (auto done = check_route_forms(request, route->verb); !done) {
    co_return std::move(done).error();
  }
  auto form = negotiate(request, offer_of(route->verb));
  if (!form) co_return std::move(form).error();
  registry::Backend* backend = backends_.find(*route->resource);
  if (backend == nullptr) {
    co_return Error::unavailable("the resource is not ready to be served");
  }
  const bool scale = context.info.subresource == "scale";
  Exchange exchange{request,
                    context,
                    scale ? *scale_ : *route->resource,
                    scale ? scale_->versions.front() : *route->version,
                    scale ? scale_codec_ : backend->codec(),
                    *route->resource,
                    *backend,
                    clock_,
                    random_,
                    logger_,
                    options_,
                    *std::move(form)};
  context.warnings.add(route->version->deprecation);
  co_return co_await dispatch(route->verb, exchange);
}

util::Task<http::Response> Handlers::serve(request::Context& context,
                                           const http::Request& request) const {
  // A namespace is in its own for whoever decides about it, and in none for whoever has it.
  if (context.info.group.empty() && context.info.resource == "namespaces") {
    context.info.name_space.clear();
  }
  auto answered = co_await answer(context, request);
  if (!answered && answered.error().reason == Reason::kInternalError) {
    logger_.error("request failed",
                  {{"path", context.info.path}, {"err", answered.error().message}});
  }
  http::Response response =
      answered ? std::move(*answered) : error_response(answered.error(), request);
  for (std::string& value : context.warnings.header_values()) {
    response.headers.add("Warning", std::move(value));
  }
  co_return response;
}

}  // namespace annex::handlers
