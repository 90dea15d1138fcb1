#include "cli/store_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>
#include <vector>

namespace annex::cli {

std::optional<int> run_store_command(const Server& server, int argc, const char* const* argv,
                                     Environment environment) {
  if (argc < 2) return std::nullopt;
  for (const StoreCommand& command : server.store_commands()) {
    if (command.name != std::string_view(argv[1])) continue;
    CLI::App app(command.help, server.name() + " " + command.name);
    app.set_help_flag("-h,--help", "Print this help and exit");
    std::string store;
    std::string folder;
    std::string argument;
    app.add_option("--store", store, "The store, as the server is given it")
        ->type_name("NAME[:LOCATION]");
    app.add_option("--standalone", folder, "The folder of a standalone server, in place of --store")
        ->type_name("DIR");
    if (!command.argument.empty()) {
      app.add_option(command.argument, argument, "What to work with")->required();
    }
    try {
      app.parse(std::vector<std::string>(std::make_reverse_iterator(argv + argc),
                                         std::make_reverse_iterator(argv + 2)));
    } catch (const CLI::Success& wanted) {
      return app.exit(wanted, std::cout, std::cerr);
    } catch (const CLI::ParseError& error) {
      std::cerr << server.name() << " " << command.name << ": " << error.what() << "\n";
      return 1;
    }
    const Result<std::string> done =
        server.run_store_command(command.name, store, folder, argument, environment);
    if (!done) {
      std::cerr << server.name() << " " << command.name << ": " << done.error().message << "\n";
      return 1;
    }
    std::cout << *done << "\n";
    return 0;
  }
  return std::nullopt;
}

std::string store_commands_help(const Server& server) {
  std::string text;
  for (const StoreCommand& command : server.store_commands()) {
    text += "  " + command.name + (command.argument.empty() ? "" : " " + command.argument) + ": " +
            command.help + "\n";
  }
  return text;
}

}  // namespace annex::cli
