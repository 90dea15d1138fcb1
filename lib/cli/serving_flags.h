// How the serving certificate's flags are read again while the server runs.
#pragma once

#include "annex/server/options.h"
#include "cli/flags.h"

namespace annex::cli {

/// Makes `options` follow the files of --tls-cert-file and --tls-sni-cert-key, if there are any;
/// what is kept in --cert-dir or made for --standalone does not change. Requires: `options` holds
/// what was read from them.
void follow_serving_files(const Flags& flags, ServerOptions& options);

}  // namespace annex::cli
