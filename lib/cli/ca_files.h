// Follows the CA files that flags name, so that a rotated CA counts without a restart.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "annex/util/logger.h"
#include "annex/util/mutex.h"
#include "annex/util/result.h"

namespace annex::cli {

/// Reads files and compares what it read: a volume swaps a symbolic link, which a watch on a file
/// would miss. What is damaged or gone changes nothing. Any thread.
class CaFiles {
 public:
  /// Puts a file's text to use; an error, and nothing has changed.
  using Apply = std::function<Result<void>(const std::string& pem)>;

  /// `logger` outlives it.
  explicit CaFiles(util::Logger& logger) : logger_(logger) {}

  /// Reads the file that `flag` names, and follows it from now on. BadRequest, naming the flag: it
  /// cannot be read or used.
  Result<void> add(const std::string& flag, const std::string& path, Apply apply);
  /// Reads all files again.
  void check();
  bool empty() const;

 private:
  struct File {
    std::string flag;
    std::string path;
    Apply apply;
    std::string text;
    std::string told;  ///< the failure that is in the log already
  };
  void check(File& file);

  util::Logger& logger_;
  mutable util::Mutex mutex_;
  std::vector<File> files_ ANNEX_GUARDED_BY(mutex_);
};

}  // namespace annex::cli
