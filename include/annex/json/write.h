// Writing values as JSON or YAML text.
#pragma once

#include <string>
#include <string_view>

#include "annex/json/value.h"

namespace annex::json {

/// Compact text as Go's encoder writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, floating-point
/// numbers in the shortest form that reads back (exponent below 1e-6 and from 1e21). No newline.
std::string write(const Value& value);
/// Appends the compact text to `out`.
void write_to(const Value& value, std::string& out);
/// Indented by two spaces a level, as Go's MarshalIndent. No final newline.
std::string write_pretty(const Value& value);
/// Appends `text` as a JSON string, quotes included.
void write_string_to(std::string_view text, std::string& out);
/// Go's %q: double quotes, `\"`, `\\`, control characters escaped.
std::string quoted(std::string_view text);
/// YAML in block style with sorted keys, as sigs.k8s.io/yaml writes it; ends with a newline.
std::string write_yaml(const Value& value);

}  // namespace annex::json
