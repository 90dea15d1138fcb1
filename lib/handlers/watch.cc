#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/paging.h"
#include "handlers/render.h"
#include "handlers/watch_source.h"
#include "handlers/websocket.h"
#include "handlers/websocket_stream.h"

namespace annex::handlers {
namespace {

using registry::ReadAt;

Error too_old(storage::Revision asked, storage::Revision oldest) {
  Error error;
  error.reason = Reason::kExpired;
  error.message =
      "too old resource version: " + std::to_string(asked) + " (" + std::to_string(oldest) + ")";
  return error;
}

/// Begins with all objects as they are.
Result<void> begin_with_state(Exchange& exchange, const ListOptions& options,
                              storage::Revision revision, WatchPlan& plan) {
  ReadAt at;
  if (!options.resource_version.empty()) {
    at.kind = revision == 0 ? ReadAt::Kind::kAny : ReadAt::Kind::kNotOlderThan;
    at.revision = revision;
  }
  if (auto done = exchange.backend.wait_until(at); !done) {
    if (at.kind != ReadAt::Kind::kNotOlderThan) return done;
    plan.failure = std::move(done).error();
    return {};
  }
  registry::WatchCache::Start start = plan.cache->begin_with_state(plan.prefix);
  plan.position = start.position;
  plan.initial = std::move(start.state.items);
  plan.initial_revision = start.state.revision;
  plan.after = start.state.revision;
  plan.announce_initial_end = options.allow_bookmarks;
  return {};
}

/// Begins with the changes after a revision, or with those from now on.
Result<void> begin_with_changes(Exchange& exchange, storage::Revision revision, bool newest,
                                WatchPlan& plan) {
  ReadAt at;
  if (!newest) at.kind = ReadAt::Kind::kAny;
  if (auto done = exchange.backend.wait_until(at); !done) return done;
  if (revision == 0) revision = plan.cache->revision();
  storage::Revision oldest = 0;
  auto position = plan.cache->begin_after(revision, &oldest);
  if (!position) {
    exchange.backend.reach_back(revision);
    position = plan.cache->begin_after(revision, &oldest);
  }
  if (!position) {
    plan.failure = too_old(revision, oldest);
    return {};
  }
  plan.position = *position;
  plan.after = revision;
  return {};
}

}  // namespace

Result<http::Response> serve_watch(Exchange& exchange) {
  const request::RequestInfo& info = exchange.context.info;
  auto options = read_list_options(exchange.http.target.query, exchange.resource, true);
  if (!options) return std::move(options).error();
  auto revision = read_revision(options->resource_version);
  if (!revision) return std::move(revision).error();
  auto include = read_include_object(exchange.http.target.query);
  if (!include) return std::move(include).error();

  WatchPlan plan;
  plan.cache = exchange.backend.cache();
  const std::string& name_space = exchange.context.info.name_space;
  if (!name_space.empty()) plan.prefix = name_space + "/";
  if (info.parts.size() > 1) {
    plan.name = info.name;
    const auto required = options->fields.required("metadata.name");
    if (required && *required != info.name) {
      return Error::bad_request("fieldSelector metadata.name doesn't match requested name");
    }
  }
  const bool with_state = options->send_initial_events.value_or(*revision == 0);
  auto begun =
      with_state ? begin_with_state(exchange, *options, *revision, plan)
                 : begin_with_changes(exchange, *revision, options->resource_version.empty(), plan);
  if (!begun) return std::move(begun).error();

  util::Duration length = std::chrono::seconds(options->timeout_seconds);
  if (options->timeout_seconds <= 0) {
    const util::Duration least = exchange.options.min_watch_timeout;
    length = least + util::Duration(static_cast<util::Duration::rep>(
                         exchange.random.below(static_cast<std::uint64_t>(least.count()) + 1)));
  }
  plan.end = exchange.clock.now() + length;
  plan.bookmark_interval = exchange.options.bookmark_interval;
  plan.filter = std::move(*options);
  if (exchange.options.count_watch_events) {
    plan.sent = exchange.options.count_watch_events(exchange.resource, exchange.version);
  }

  http::Response response;
  const bool protobuf = exchange.form.media == request::Media::kProtobuf;
  response.headers.add("Content-Type", protobuf ? "application/vnd.kubernetes.protobuf;stream=watch"
                                                : "application/json");
  response.headers.add("Cache-Control", "no-cache, private");
  TableMaker table{exchange.resource, exchange.version, exchange.codec(), *include,
                   exchange.form.meta_version};
  auto source = std::make_unique<WatchSource>(
      std::move(plan), WatchRender(exchange.form, std::move(table)), exchange.clock);
  if (is_websocket_request(exchange.http)) {
    return accept_websocket(exchange.http,
                            std::make_unique<WebSocketStream>(std::move(source), protobuf));
  }
  response.body = std::move(source);
  return response;
}

}  // namespace annex::handlers
