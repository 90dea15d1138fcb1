// The texts that new files begin with; they are in the program.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "annex/util/result.h"

namespace annex::tool {

using Words = std::map<std::string, std::string>;

/// The template called `name` (a file in templates/, without ".in") with each `%{word}` replaced.
/// InternalError: no such template, or a word that is not given.
Result<std::string> fill(std::string_view name, const Words& words);

}  // namespace annex::tool
