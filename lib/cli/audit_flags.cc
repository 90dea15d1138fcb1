#include "cli/audit_flags.h"

#include <CLI/CLI.hpp>

namespace annex::cli {
namespace {

void add_number(CLI::App& app, const char* name, int& target, const char* text) {
  app.add_option(name, target, text)
      ->type_name("NUMBER")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

}  // namespace

void add_audit_flags(CLI::App& app, AuditFlags& flags) {
  app.add_option("--audit-log-path", flags.log_path,
                 "Where audit events would go; without a policy there are none")
      ->type_name("FILE");
  add_number(app, "--audit-log-maxage", flags.max_age, "Days to keep old audit logs; 0: all");
  add_number(app, "--audit-log-maxbackup", flags.max_backup, "Old audit logs to keep; 0: all");
  add_number(app, "--audit-log-maxsize", flags.max_size,
             "Megabytes of an audit log before it is rotated");
}

void tell_about_audit(const AuditFlags& flags, util::Logger& logger) {
  if (flags.log_path.empty()) return;
  logger.warning("No audit policy file provided, no events will be recorded for log backend");
}

}  // namespace annex::cli
