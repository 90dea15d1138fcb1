// Upstream's flags of the audit log, so that a server started as upstream's are comes up.
#pragma once

#include <string>

#include "annex/util/logger.h"

namespace CLI {
class App;
}

namespace annex::cli {

/// Without a policy upstream records no event, whatever these say; and there is no flag for a
/// policy here.
struct AuditFlags {
  std::string log_path{};
  int max_age = 0;
  int max_backup = 0;
  int max_size = 0;
};

void add_audit_flags(CLI::App& app, AuditFlags& flags);

/// Says that nothing is recorded, if the flags ask for a log.
void tell_about_audit(const AuditFlags& flags, util::Logger& logger);

}  // namespace annex::cli
