#include "cli/audit_flags.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "annex/cli/run.h"
#include "annex/server/server.h"
#include "cli/flags.h"
#include "tests/recording_logger.h"

using annex::cli::parse_flags;

TEST_CASE("a server takes the flags with which upstream's conformance test starts its sample") {
  annex::Server server("sample");
  const std::vector<const char*> arguments = {"sample",
                                              "--tls-cert-file=/c/tls.crt",
                                              "--tls-private-key-file=/c/tls.key",
                                              "--audit-log-path=-",
                                              "--audit-log-maxage=0",
                                              "--audit-log-maxbackup=0"};
  const auto parsed = parse_flags(server, static_cast<int>(arguments.size()), arguments.data());
  REQUIRE_FALSE(parsed.exit_code);
  CHECK(parsed.flags.audit.log_path == "-");
}

TEST_CASE("it is said that nothing is recorded, if a log is asked for") {
  annex::test::RecordingLogger logger;
  annex::cli::AuditFlags flags;
  tell_about_audit(flags, logger);
  CHECK(logger.lines().empty());
  flags.log_path = "-";
  tell_about_audit(flags, logger);
  REQUIRE(logger.lines().size() == 1);
  CHECK(logger.lines()[0].find("no events will be recorded") != std::string::npos);
}
