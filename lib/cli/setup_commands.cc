#include "cli/setup_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string_view>

namespace annex::cli {
namespace {

struct SetupCommand {
  std::string_view name;
  std::string_view help;
  int (*run)(const CommandRun&);
};

constexpr SetupCommand kCommands[] = {
    {"certs", "Renew its CA and its serving certificate", run_certs},
    {"doctor", "Find what is wrong with this server in a cluster, and what mends it", run_doctor},
    {"manifests", "Print the objects that this server needs in a cluster", run_manifests},
    {"install", "Put them there, and wait until the cluster serves its kinds", run_install},
    {"uninstall", "Take them away again", run_uninstall},
};

}  // namespace

ExitCode exit_code_of(const Error& error) {
  switch (error.reason) {
    case Reason::kServiceUnavailable:
      return kUnreachable;
    case Reason::kUnauthorized:
    case Reason::kForbidden:
      return kForbidden;
    case Reason::kTimeout:
      return kTimedOut;
    default:
      return kFailed;
  }
}

std::optional<int> CommandRun::parse(CLI::App& app) const {
  app.name(server.name() + " " + command);
  app.set_help_flag("-h,--help", "Print this help and exit");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    std::cerr << server.name() << " " << command << ": " << error.what() << "\n"
              << "Run with --help to see all flags.\n";
    return kUsage;
  }
  return std::nullopt;
}

int CommandRun::fail(const Error& error) const {
  std::cerr << server.name() << " " << command << ": " << error.message << "\n";
  return exit_code_of(error);
}

std::optional<int> run_setup_command(const Server& server, int argc, const char* const* argv,
                                     Environment environment) {
  if (argc < 2) return std::nullopt;
  const auto* const command =
      std::find_if(std::begin(kCommands), std::end(kCommands),
                   [&](const SetupCommand& each) { return each.name == argv[1]; });
  if (command == std::end(kCommands)) return std::nullopt;
  const std::vector<std::string> all(argv + 2, argv + argc);
  const auto separator = std::find(all.begin(), all.end(), "--");
  CommandRun run{server, argv[1], {all.begin(), separator}, {}, environment};
  if (separator != all.end()) run.rest.assign(separator + 1, all.end());
  return command->run(run);
}

std::string setup_commands_help() {
  std::string text;
  for (const SetupCommand& command : kCommands) {
    text += "  " + std::string(command.name) + ": " + std::string(command.help) + "\n";
  }
  return text;
}

}  // namespace annex::cli
