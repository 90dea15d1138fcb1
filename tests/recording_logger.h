// A log that a test reads.
#pragma once

#include <string>
#include <vector>

#include "annex/util/logger.h"
#include "annex/util/mutex.h"

namespace annex::test {

/// Keeps every line: the message, then ` key=value` of each field. Any thread.
class RecordingLogger final : public util::Logger {
 public:
  bool enabled(int) const override { return true; }
  void write(util::Severity, std::string_view message,
             std::initializer_list<util::LogField> fields) override {
    std::string line(message);
    for (const util::LogField& field : fields) {
      line.append(" ").append(field.key).append("=").append(field.value);
    }
    const util::MutexLock lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    const util::MutexLock lock(mutex_);
    return lines_;
  }

 private:
  mutable util::Mutex mutex_;
  std::vector<std::string> lines_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::test
