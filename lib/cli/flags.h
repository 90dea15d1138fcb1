// The flags of a server's program, with upstream's names where upstream has the flag.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annex/cli/run.h"
#include "annex/server/server.h"
#include "annex/util/clock.h"
#include "cli/admission_flags.h"
#include "cli/audit_flags.h"
#include "cli/auth_flags.h"
#include "cli/listener_flags.h"
#include "cli/renewal_flags.h"

namespace annex::cli {

struct Flags {
  std::string standalone{};
  std::string bind_address = "0.0.0.0";
  std::uint16_t secure_port = 443;
  std::string tls_cert_file{};
  std::string tls_private_key_file{};
  std::string cert_dir = "apiserver.local.config/certificates";
  int verbosity = 0;
  std::string store{};
  ListenerFlags listener{};
  AuthFlags auth{};
  admission::Switches admission{};
  AuditFlags audit{};
  RenewalFlags renewal{};
  util::Duration request_timeout = std::chrono::seconds(60);
  util::Duration shutdown_delay{};
};

/// What the command line wants: to serve with these flags, or only an exit code, everything having
/// been said on stdout or stderr.
struct ParsedFlags {
  std::optional<int> exit_code{};
  Flags flags{};
};

/// `own`: flags of the program's own, whose functions are called.
ParsedFlags parse_flags(const Server& server, int argc, const char* const* argv,
                        const std::vector<Flag>& own = {});

}  // namespace annex::cli
