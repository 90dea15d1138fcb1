#include "cli/duration_flag.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "annex/schema/formats.h"

namespace annex::cli {

CLI::Option* add_duration_flag(CLI::App& app, const char* name, util::Duration& target,
                               const char* text) {
  return app
      .add_option_function<std::string>(
          name,
          [&target, name](const std::string& value) {
            const std::optional<std::int64_t> length = schema::parse_go_duration(value);
            if (!length || *length < 0) {
              throw CLI::ValidationError(name,
                                         "\"" + value + "\" is no duration such as 90s or 1m30s");
            }
            target = util::Duration(*length);
          },
          text)
      ->type_name("DURATION")
      ->default_str(schema::write_go_duration(target.count()));
}

}  // namespace annex::cli
