// The store's files: who may read them, and which process has them.
#pragma once

#include <memory>
#include <string>

#include "annex/util/result.h"

namespace annex::sqlite {

/// Holds the lock of a store's file while it lives; the operating system frees it with the process.
class FileLock {
 public:
  /// ServiceUnavailable if another has it, naming its process.
  static Result<std::unique_ptr<FileLock>> take(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}
  const int file_;
};

/// True if the file is there.
bool file_exists(const std::string& path);
/// Makes an empty file of mode 0600. It must not exist.
Result<void> make_private_file(const std::string& path);
/// Takes everybody else's rights to a file away. True if there were some.
Result<bool> make_private(const std::string& path);
/// Has the file's bytes, or a folder's entries, reach the disk.
Result<void> sync_file(const std::string& path);
std::string folder_of(const std::string& path);
Result<void> copy_file(const std::string& from, const std::string& to);
Result<void> rename_file(const std::string& from, const std::string& to);

}  // namespace annex::sqlite
