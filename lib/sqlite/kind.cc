#include <utility>

#include "annex/sqlite/store.h"
#include "sqlite/commands.h"

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
  kind.commands = {
      {"backup", "Write all objects to a new file, beside a server at work", "FILE",
       [](const std::string& path, const std::string& target, Environment) {
         return back_up(path, target);
       }},
      {"check", "Look at every page and every change for damage, beside a server at work", "",
       [](const std::string& path, const std::string&, Environment) { return check(path); }},
      {"compact", "Give the room of what is forgotten back to the disk, beside a server at work",
       "", [](const std::string& path, const std::string&, Environment) { return compact(path); }},
      {"restore", "Put a backup in the store's place; no server may be at work", "FILE",
       [](const std::string& path, const std::string& backup, Environment environment) {
         return restore(path, backup, environment.random);
       }},
  };
  return kind;
}

}  // namespace annex::sqlite
