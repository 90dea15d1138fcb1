// Running another program for what it prints.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::kube {

struct Program {
  std::string command{};  ///< a path, or a name that PATH leads to; no shell reads it
  std::vector<std::string> arguments{};
  /// Beside the variables of this process, which they win over.
  std::vector<std::pair<std::string, std::string>> environment{};
};

struct ProgramLimits {
  std::size_t output_bytes = 1 << 20;
  util::Duration time = std::chrono::seconds(30);  ///< by the machine's clock
};

/// Standard output of a program that ended well. It reads nothing, and its errors go to ours.
/// Blocks. BadRequest: it cannot be started, ended otherwise, printed too much, or took too long;
/// then it has been killed, with what it started.
Result<std::string> run_program(const Program& program, const ProgramLimits& limits = {});

}  // namespace annex::kube
