// Reading a list as its options ask: which state, which part of it, which objects.
#pragma once

#include <vector>

#include "annex/registry/item.h"
#include "handlers/exchange.h"
#include "handlers/options.h"
#include "handlers/render.h"

namespace annex::handlers {

struct Page {
  std::vector<registry::ItemPtr> items{};
  ListMeta meta{};
};

/// One page. kExpired with a token to go on with, kTimeout, BadRequest.
Result<Page> read_page(Exchange& exchange, const ListOptions& options);

}  // namespace annex::handlers
