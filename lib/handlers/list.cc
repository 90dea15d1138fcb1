#include <algorithm>

#include "handlers/continue_token.h"
#include "handlers/exchange.h"
#include "handlers/list_source.h"
#include "handlers/options.h"
#include "handlers/paging.h"

namespace annex::handlers {
namespace {

using registry::ReadAt;

constexpr const char* kTooOldToken =
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list.";

Result<ReadAt> read_at(const ListOptions& options) {
  auto revision = read_revision(options.resource_version);
  if (!revision) return std::move(revision).error();
  ReadAt at;
  at.revision = *revision;
  if (options.resource_version.empty()) return at;
  const bool legacy_page = options.resource_version_match.empty() && options.limit > 0;
  if (options.resource_version_match == "Exact" || (legacy_page && *revision != 0)) {
    at.kind = ReadAt::Kind::kExactly;
  } else if (*revision == 0) {
    at.kind = ReadAt::Kind::kAny;
  } else {
    at.kind = ReadAt::Kind::kNotOlderThan;
  }
  return at;
}

/// The namespace that the path or, across namespaces, the selector names; empty: all of them.
std::string name_space_of(const Exchange& exchange, const ListOptions& options) {
  const std::string& name_space = exchange.context.info.name_space;
  if (!name_space.empty()) return name_space;
  return std::string(options.fields.required("metadata.namespace").value_or(""));
}

/// A name that the selector requires narrows the read to one key.
std::optional<std::string> single_key(const Exchange& exchange, const ListOptions& options) {
  const auto name = options.fields.required("metadata.name");
  if (!name || !options.continue_token.empty()) return std::nullopt;
  std::string name_space = name_space_of(exchange, options);
  if (exchange.resource.namespaced() && name_space.empty()) return std::nullopt;
  return registry::relative_key({std::move(name_space), std::string(*name)});
}

}  // namespace

Result<Page> read_page(Exchange& exchange, const ListOptions& options) {
  registry::ListQuery query;
  const std::string name_space = name_space_of(exchange, options);
  const std::string prefix = name_space.empty() ? "" : name_space + "/";
  query.prefix = prefix;
  query.limit = options.limit > 0 ? static_cast<std::size_t>(options.limit) : 0;
  Continuation continuation;
  if (!options.continue_token.empty()) {
    auto token = read_continue(options.continue_token);
    if (!token) return std::move(token).error();
    if (!options.resource_version.empty() && options.resource_version != "0") {
      return Error::bad_request("specifying resource version is not allowed when using continue");
    }
    continuation = std::move(*token);
    query.after = query.prefix + continuation.after;
    query.at.revision = continuation.revision;
    query.at.kind = continuation.newest ? ReadAt::Kind::kNewest : ReadAt::Kind::kExactly;
  } else {
    auto at = read_at(options);
    if (!at) return std::move(at).error();
    query.at = *at;
  }
  if (const auto key = single_key(exchange, options)) {
    // "ns/name" is also the prefix of longer names; the selector drops those.
    query.prefix = *key;
    query.limit = 0;
  }
  if (options.selects()) {
    query.matches = [&](const registry::Item& item) { return options.matches(item); };
  }
  auto result = exchange.backend.list(query);
  if (!result) {
    Error error = std::move(result).error();
    if (error.reason == Reason::kExpired && !options.continue_token.empty()) {
      continuation.newest = true;
      error.message = kTooOldToken;
      error.continue_token = write_continue(continuation);
    }
    return error;
  }
  Page page;
  page.meta.revision = result->revision;
  if (result->more) {
    Continuation next;
    next.revision = result->revision;
    next.after = result->items.back()->key.substr(prefix.size());
    page.meta.continue_token = write_continue(next);
    if (!options.selects()) page.meta.remaining = result->remaining;
  }
  page.items = std::move(result->items);
  if (options.selects()) {
    std::erase_if(page.items,
                  [&](const registry::ItemPtr& item) { return !options.matches(*item); });
  }
  return page;
}

Result<http::Response> serve_list(Exchange& exchange) {
  auto options = read_list_options(exchange.http.target.query, exchange.resource, false);
  if (!options) return std::move(options).error();
  auto page = read_page(exchange, *options);
  if (!page) return std::move(page).error();
  return list_response(exchange, std::move(page->items), page->meta);
}

}  // namespace annex::handlers
