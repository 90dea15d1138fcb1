// Flags that take a length of time as Go writes it.
#pragma once

#include "annex/util/clock.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace annex::cli {

/// `target`, which outlives the parsing, holds the default.
CLI::Option* add_duration_flag(CLI::App& app, const char* name, util::Duration& target,
                               const char* text);

}  // namespace annex::cli
