// Structured logging through an object that is passed in: no global logger.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace annex::util {

enum class Severity { kInfo, kWarning, kError };

/// One `key="value"` of a line. The key outlives the call.
struct LogField {
  std::string_view key;  ///< one word
  std::string value;     ///< as text

  /// With the value as text.
  LogField(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  LogField(std::string_view field_key, const char* text) : key(field_key), value(text) {}
  LogField(std::string_view field_key, const std::string& text) : key(field_key), value(text) {}
  LogField(std::string_view field_key, long long number)
      : key(field_key), value(std::to_string(number)) {}
  LogField(std::string_view field_key, int number)
      : key(field_key), value(std::to_string(number)) {}
  LogField(std::string_view field_key, unsigned long number)
      : key(field_key), value(std::to_string(number)) {}
};

/// Where log lines go. Implementations are called from any thread, one whole line at a time.
/// Never pass a token, a key or a body.
class Logger {
 public:
  Logger() = default;
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  virtual ~Logger() = default;

  /// True if lines of this verbosity (as klog's -v) are wanted.
  virtual bool enabled(int verbosity) const = 0;
  /// One line.
  virtual void write(Severity severity, std::string_view message,
                     std::initializer_list<LogField> fields) = 0;

  /// Each writes with the severity that its name says.
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(Severity::kInfo, message, fields);
  }
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(Severity::kWarning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    write(Severity::kError, message, fields);
  }
};

/// Drops everything: for tests and for embedding programs that want silence.
class NullLogger final : public Logger {
 public:
  bool enabled(int) const override { return false; }
  /// Nothing.
  void write(Severity, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace annex::util
