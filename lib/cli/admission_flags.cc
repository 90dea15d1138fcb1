#include "cli/admission_flags.h"

#include <CLI/CLI.hpp>

namespace annex::cli {

void add_admission_flags(CLI::App& app, const Server& server, admission::Switches& switches) {
  std::string names;
  for (const std::string& name : server.admission_plugins()) {
    names += (names.empty() ? "" : ", ") + name;
  }
  const auto add = [&](const char* flag, std::vector<std::string>& target,
                       const std::string& text) {
    app.add_option(flag, target, text + ": " + names + "; the order does not matter")
        ->type_name("NAMES")
        ->delimiter(',')
        ->allow_extra_args(false);
  };
  add("--enable-admission-plugins", switches.enabled,
      "Admission plugins to use besides those that are on by themselves, as all are");
  add("--disable-admission-plugins", switches.disabled, "Admission plugins not to use");
}

}  // namespace annex::cli
