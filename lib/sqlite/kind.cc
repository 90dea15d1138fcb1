#include <utility>

#include "annex/sqlite/store.h"

namespace annex::sqlite {

StoreKind store(Options defaults) {
  StoreKind kind;
  kind.name = "sqlite";
  kind.file = "store.db";
  kind.open = [defaults = std::move(defaults)](
                  const std::string& location,
                  Environment environment) -> Result<std::unique_ptr<storage::Store>> {
    Options options = defaults;
    options.path = location;
    return open_store(options, environment.clock, environment.random, environment.logger);
  };
  return kind;
}

}  // namespace annex::sqlite
