#include "sqlite/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <vector>

namespace annex::sqlite {
namespace {

constexpr mode_t kPrivate = 0600;

Error failed(const std::string& what, const std::string& path, int code) {
  return Error::unavailable(what + " " + path + ": " +
                            std::error_code(code, std::generic_category()).message());
}

/// Closes a descriptor with its scope.
struct Descriptor {
  explicit Descriptor(int opened) : file(opened) {}
  ~Descriptor() {
    if (file >= 0) ::close(file);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int file;
};

}  // namespace

Result<std::unique_ptr<FileLock>> FileLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivate);
  if (file < 0) return failed("cannot open", name, errno);
  std::unique_ptr<FileLock> lock(new FileLock(file));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed("cannot lock", name, errno);
    char holder[32] = {};
    const ssize_t size = ::pread(file, holder, sizeof holder - 1, 0);
    std::string who(holder, size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!who.empty() && who.back() == '\n') who.pop_back();
    return Error::unavailable("the store " + path + " is in use" +
                              (who.empty() ? "" : " by process " + who) +
                              ": one server at a time may have it");
  }
  const std::string self = std::to_string(::getpid()) + "\n";
  // On a full disk the lock holds all the same; only its holder stays unnamed.
  if (::ftruncate(file, 0) == 0 &&
      ::pwrite(file, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    return lock;
  }
  return lock;
}

FileLock::~FileLock() { ::close(file_); }

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<void> make_private_file(const std::string& path) {
  const Descriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kPrivate));
  if (made.file < 0) return failed("cannot make", path, errno);
  return {};
}

Result<bool> make_private(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed("cannot look at", path, errno);
  if ((status.st_mode & 0077) == 0) return false;
  if (::chmod(path.c_str(), status.st_mode & 0700) != 0) {
    return failed("others can read, and that cannot be changed:", path, errno);
  }
  return true;
}

Result<void> sync_file(const std::string& path) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.file < 0) return failed("cannot open", path, errno);
  if (::fsync(opened.file) != 0) return failed("cannot write", path, errno);
  return {};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> copy_file(const std::string& from, const std::string& to) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.file < 0) return failed("cannot open", from, errno);
  const Descriptor target(::open(to.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (target.file < 0) return failed("cannot open", to, errno);
  std::vector<char> buffer(1U << 20U);
  while (true) {
    const ssize_t size = ::read(source.file, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("cannot read", from, errno);
    if (size == 0) return {};
    for (ssize_t done = 0; done < size;) {
      const ssize_t wrote =
          ::write(target.file, buffer.data() + done, static_cast<std::size_t>(size - done));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return failed("cannot write", to, errno);
      done += wrote;
    }
  }
}

Result<void> rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return failed("cannot rename", from, errno);
  return {};
}

}  // namespace annex::sqlite
