#include <exception>
#include <optional>

#include "handlers/body.h"
#include "handlers/exchange.h"
#include "handlers/lanes.h"
#include "handlers/list_source.h"
#include "handlers/options.h"
#include "handlers/paging.h"

namespace annex::handlers {
namespace {

constexpr std::int64_t kPageSize = 10000;
/// Deletions under way at once: their commits are made durable together.
constexpr std::size_t kLanes = 16;

/// Deletions of one request, begun in order.
class Removals {
 public:
  Removals(const Exchange& exchange, const DeleteOptions& options)
      : exchange_(exchange), options_(options), writes_(exchange.writes()) {
    if (exchange.context.waiting != nullptr) lanes_.emplace(*exchange.context.waiting);
  }

  /// Returns once it is done, or waits.
  util::Detached begin(registry::ItemPtr item) {
    registry::WriteRequest request = exchange_.write_request(options_.dry_run, options_.document);
    request.deadline = exchange_.context.deadline;
    request.key = {std::string(item->name_space()), std::string(item->name())};
    request.preconditions = options_.preconditions;
    if (lanes_) request.waiting = &*lanes_;
    request.among_many = lanes_.has_value();
    ++running_;
    try {
      auto removed = co_await writes_.remove(request, options_.remove);
      // Somebody else was faster: that is what was wanted.
      const bool failed = !removed && removed.error().reason != Reason::kNotFound;
      if (failed && !failure_) failure_ = std::move(removed).error();
    } catch (...) {
      if (!thrown_) thrown_ = std::current_exception();
    }
    --running_;
  }

  std::size_t running() const { return running_; }
  /// Requires: running() > 0.
  auto progress() { return lanes_->progress(); }
  bool failed() const { return failure_ || thrown_; }
  /// The first failure, if there was one. Requires: running() == 0.
  const std::optional<Error>& failure() const {
    if (thrown_) std::rethrow_exception(thrown_);
    return failure_;
  }

 private:
  const Exchange& exchange_;
  const DeleteOptions& options_;
  const registry::Writes writes_;
  std::optional<Lanes> lanes_;
  std::size_t running_ = 0;
  std::optional<Error> failure_;
  std::exception_ptr thrown_;
};

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
  Removals removals(exchange, *options);
  for (;;) {
    auto page = read_page(exchange, *list);
    if (!page) co_return std::move(page).error();
    if (meta.revision == 0) meta.revision = page->meta.revision;
    for (registry::ItemPtr& item : page->items) {
      while (removals.running() == kLanes) co_await removals.progress();
      if (removals.failed()) break;
      removals.begin(item);
      listed.push_back(std::move(item));
    }
    while (removals.running() > 0) co_await removals.progress();
    if (const auto& failure = removals.failure()) co_return *failure;
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
