#include "cli/stderr_logger.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

#include "annex/json/write.h"

namespace annex::cli {
namespace {

char letter(util::Severity severity) {
  switch (severity) {
    case util::Severity::kInfo:
      return 'I';
    case util::Severity::kWarning:
      return 'W';
    case util::Severity::kError:
      break;
  }
  return 'E';
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 20 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::string format_line(util::WallTime now, long process, util::Severity severity,
                        std::string_view message, std::initializer_list<util::LogField> fields) {
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = microseconds / 1000000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char head[80];
  std::snprintf(head, sizeof head, "%c%02d%02d %02d:%02d:%02d.%06d %7ld ", letter(severity),
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(microseconds % 1000000), process);
  std::string line = head + json::quoted(message);
  for (const util::LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    line += is_number(field.value) ? field.value : json::quoted(field.value);
  }
  line += '\n';
  return line;
}

void StderrLogger::write(util::Severity severity, std::string_view message,
                         std::initializer_list<util::LogField> fields) {
  const std::string line = format_line(clock_.wall_now(), ::getpid(), severity, message, fields);
  // A log that cannot be written must not stop the server.
  while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace annex::cli
