// The conformance suite for whole servers: what every Kubernetes client relies on, asked of a
// running server whatever it serves.
#pragma once

#include <string>
#include <vector>

#include "annex/kube/client.h"
#include "annex/util/clock.h"

namespace annex::testing {

/// What a suite found.
struct ConformanceReport {
  std::size_t checks = 0;  ///< how many were made
  /// What was wrong: each a sentence that names the path that was asked.
  std::vector<std::string> failures{};

  /// True if nothing was wrong.
  bool passed() const { return failures.empty(); }
};

/// Asks a server about everything that its discovery names: the documents agree with each other and
/// with what is answered; lists, pages, tables and metadata alone, watches with their closing
/// bookmark, errors as Status, methods that are not there. It writes nothing. `client` may do
/// everything.
ConformanceReport check_conformance(kube::Client& client, const util::Clock& clock);

/// The suite as a program: `argv` is the server's program and its flags. Starts it with
/// --standalone in a folder of its own and on a free port, asks it, ends it with SIGTERM, and
/// prints what came out. Main's exit code. `annex_add_conformance_test` of annex's CMake package
/// makes a test of it.
int conformance_main(int argc, const char* const* argv);

}  // namespace annex::testing
