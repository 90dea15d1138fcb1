// Log lines on stderr, in klog's structured form.
#pragma once

#include "annex/util/clock.h"
#include "annex/util/logger.h"

namespace annex::cli {

/// `I0102 03:04:05.000006    4711 "Serving" port="8443"`: one write a line, so that lines of
/// several threads do not mix.
class StderrLogger final : public util::Logger {
 public:
  StderrLogger(const util::Clock& clock, int verbosity) : clock_(clock), verbosity_(verbosity) {}

  bool enabled(int verbosity) const override { return verbosity <= verbosity_; }
  void write(util::Severity severity, std::string_view message,
             std::initializer_list<util::LogField> fields) override;

 private:
  const util::Clock& clock_;
  const int verbosity_;
};

/// The line of `write`, newline included.
std::string format_line(util::WallTime now, long process, util::Severity severity,
                        std::string_view message, std::initializer_list<util::LogField> fields);

}  // namespace annex::cli
