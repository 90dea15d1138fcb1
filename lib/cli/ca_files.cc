#include "cli/ca_files.h"

#include <utility>

#include "server/files.h"

namespace annex::cli {
Result<void> CaFiles::add(const std::string& flag, const std::string& path, Apply apply) {
  Result<std::string> text = detail::read_file(path);
  if (!text) return Error::bad_request(flag + ": " + text.error().message);
  if (Result<void> applied = apply(*text); !applied) {
    return Error::bad_request(flag + " " + path + ": " + applied.error().message);
  }
  const util::MutexLock lock(mutex_);
  files_.push_back({flag, path, std::move(apply), std::move(*text), {}});
  return {};
}

void CaFiles::check() {
  const util::MutexLock lock(mutex_);
  for (File& file : files_) check(file);
}

void CaFiles::check(File& file) {
  Result<std::string> text = detail::read_file(file.path);
  if (text && *text == file.text) {
    file.told.clear();
    return;
  }
  Result<void> applied = text ? file.apply(*text) : Result<void>(text.error());
  if (applied) {
    file.text = std::move(*text);
    file.told.clear();
    logger_.info("Loaded client CA", {{"flag", file.flag}, {"file", file.path}});
    return;
  }
  const std::string reason = applied.error().message;
  if (std::exchange(file.told, reason) == reason) return;
  logger_.error("A CA file cannot be reloaded; the old one stays",
                {{"flag", file.flag}, {"file", file.path}, {"reason", reason}});
}

bool CaFiles::empty() const {
  const util::MutexLock lock(mutex_);
  return files_.empty();
}

}  // namespace annex::cli
