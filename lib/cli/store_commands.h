// Subcommands that do something with what a store keeps: `backup`, `check` and the like.
#pragma once

#include <optional>

#include "annex/server/server.h"

namespace annex::cli {

/// Runs the subcommand that the first argument names, if one of the server's stores has it; the
/// exit code then. What came of it is said on stdout, what is wrong on stderr.
std::optional<int> run_store_command(const Server& server, int argc, const char* const* argv,
                                     Environment environment);

/// A line for each of them, for `--help`; empty if there are none.
std::string store_commands_help(const Server& server);

}  // namespace annex::cli
