// run: a server as a program.
#pragma once

#include "annex/server/server.h"

namespace annex {

/// Runs a subcommand (`install`, `doctor`, one of a store...) if the first argument names one. Else
/// reads the flags (`--help` lists them and the subcommands), starts `server`, serves until SIGTERM
/// or SIGINT, drains and stops. The process's exit code: 0, or 1 after a sentence on stderr that
/// says what is wrong. A second signal ends the process at once. Call it from main's thread, before
/// other threads are started, so that they inherit its blocked signals.
int run(Server& server, int argc, const char* const* argv);

}  // namespace annex
