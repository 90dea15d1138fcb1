// run: a server as a program.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "annex/server/server.h"
#include "annex/util/logger.h"
#include "annex/util/result.h"

namespace annex {

/// A flag of the program's own, told by `--help` with the others.
struct Flag {
  std::string name{};   ///< such as "--oven"
  std::string help{};   ///< a sentence
  std::string value{};  ///< what it takes, such as "NAME"; empty: nothing, it is a switch
  /// Called once for each time that it is given, before the server starts, with its value or with
  /// "". Its error ends the program, with a sentence that names the flag.
  std::function<Result<void>(const std::string& value)> set{};
};

/// What a program adds to `run`.
struct RunOptions {
  std::vector<Flag> flags{};  ///< the program's own
  /// Where log lines go; outlives the run. Null: to stderr, as much as `-v` says.
  util::Logger* log = nullptr;
};

/// Runs a subcommand (`install`, `doctor`, one of a store...) if the first argument names one. Else
/// reads the flags (`--help` lists them and the subcommands), starts `server`, serves until SIGTERM
/// or SIGINT, drains and stops. The process's exit code: 0, or 1 after a sentence on stderr that
/// says what is wrong. A second signal ends the process at once. Call it from main's thread, before
/// other threads are started, so that they inherit its blocked signals.
int run(Server& server, int argc, const char* const* argv, const RunOptions& options = {});

}  // namespace annex
