// The flags that switch admission plugins, named as upstream's.
#pragma once

#include "annex/server/server.h"

namespace CLI {
class App;
}

namespace annex::cli {

/// `switches` outlives the parsing; the help names the server's plugins.
void add_admission_flags(CLI::App& app, const Server& server, admission::Switches& switches);

}  // namespace annex::cli
