// Subcommands that set a server up in a cluster: `manifests`, `install` and their like.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annex/server/server.h"

namespace CLI {
class App;
}

namespace annex::cli {

/// How such a command ends, for scripts.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,       ///< something is wrong; for `doctor`: it found something
  kUsage = 2,        ///< the command line
  kUnreachable = 3,  ///< no answer from the cluster
  kForbidden = 4,    ///< rights are missing
  kTimedOut = 5,     ///< what was waited for did not come in time
};

/// The end that an error means.
ExitCode exit_code_of(const Error& error);

/// One run of a command. Lives as long as the call.
struct CommandRun {
  const Server& server;
  std::string command{};                 ///< "install"
  std::vector<std::string> arguments{};  ///< after the command, up to "--"
  std::vector<std::string> rest{};       ///< what follows "--"
  Environment environment;

  /// Reads the arguments. An exit code if there is nothing more to do: `--help`, or a mistake,
  /// which has been told on stderr.
  std::optional<int> parse(CLI::App& app) const;
  /// Tells the error on stderr, after the command's name; its exit code.
  int fail(const Error& error) const;
};

/// Runs the subcommand that the first argument names, if it is one; its exit code then.
std::optional<int> run_setup_command(const Server& server, int argc, const char* const* argv,
                                     Environment environment);

/// A line for each of them, for `--help`.
std::string setup_commands_help();

// The commands.
int run_certs(const CommandRun& run);
int run_doctor(const CommandRun& run);
int run_install(const CommandRun& run);
int run_manifests(const CommandRun& run);
int run_uninstall(const CommandRun& run);

}  // namespace annex::cli
