#include "handlers/body.h"
#include "handlers/exchange.h"
#include "handlers/list_source.h"
#include "handlers/options.h"
#include "handlers/paging.h"

namespace annex::handlers {
namespace {

constexpr std::int64_t kPageSize = 10000;

}  // namespace

util::Task<Result<http::Response>> serve_remove_collection(Exchange& exchange) {
  if (auto done = check_body_size(exchange.http, exchange.options.body_limit); !done) {
    co_return std::move(done).error();
  }
  auto list = read_list_options(exchange.http.target.query, exchange.resource, false);
  if (!list) co_return std::move(list).error();
  auto options = read_delete_options(exchange.http);
  if (!options) co_return std::move(options).error();

  const bool one_page = list->limit > 0;
  if (!one_page) list->limit = kPageSize;
  std::vector<registry::ItemPtr> listed;
  ListMeta meta;
  const registry::Writes writes = exchange.writes();
  for (;;) {
    auto page = read_page(exchange, *list);
    if (!page) co_return std::move(page).error();
    if (meta.revision == 0) meta.revision = page->meta.revision;
    for (const registry::ItemPtr& item : page->items) {
      registry::WriteRequest request = exchange.write_request(options->dry_run, options->document);
      request.deadline = exchange.context.deadline;
      request.key = {std::string(item->name_space()), std::string(item->name())};
      request.preconditions = options->preconditions;
      auto removed = co_await writes.remove(request, options->remove);
      // Somebody else was faster: that is what was wanted.
      if (!removed && removed.error().reason != Reason::kNotFound) {
        co_return std::move(removed).error();
      }
      listed.push_back(item);
    }
    if (one_page) {
      meta.continue_token = page->meta.continue_token;
      meta.remaining = page->meta.remaining;
    }
    if (one_page || page->meta.continue_token.empty()) break;
    list->continue_token = page->meta.continue_token;
    list->resource_version.clear();
    list->resource_version_match.clear();
  }
  co_return list_response(exchange, std::move(listed), meta);
}

}  // namespace annex::handlers
