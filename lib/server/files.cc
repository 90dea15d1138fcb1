#include "server/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace annex::detail {
namespace {

Error cannot(const std::string& what, const std::string& path, int code) {
  return Error::bad_request("cannot " + what + " " + path + ": " +
                            std::generic_category().message(code));
}

/// Closes a descriptor at the end of a scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

bool write_all(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return ::fsync(descriptor) == 0;
}

}  // namespace

Result<std::optional<std::string>> read_file_if_present(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return cannot("read", path, errno);
  }
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t count = ::read(file.number(), buffer, sizeof buffer);
    if (count == 0) return std::optional(std::move(text));
    if (count > 0) {
      text.append(buffer, static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return cannot("read", path, errno);
    }
  }
}

Result<std::string> read_file(const std::string& path) {
  Result<std::optional<std::string>> text = read_file_if_present(path);
  if (!text) return text.error();
  if (!*text) return cannot("read", path, ENOENT);
  return std::move(**text);
}

Result<void> write_private_file(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  int error = 0;
  {
    const Descriptor file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.number() < 0) return cannot("write", draft, errno);
    if (::fchmod(file.number(), 0600) != 0 || !write_all(file.number(), text)) error = errno;
  }
  if (error == 0 && ::rename(draft.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(draft.c_str());
  return cannot("write", path, error);
}

Result<void> make_private_folder(const std::string& path, const std::string& mark) {
  namespace fs = std::filesystem;
  std::error_code code;
  const fs::path parent = fs::absolute(path, code).parent_path();
  if (!code) fs::create_directories(parent, code);
  if (code) return cannot("make the folder", parent.string(), code.value());
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return cannot("make the folder", path, errno);

  const bool is_folder = fs::is_directory(path, code);
  if (!code && !is_folder) return Error::bad_request(path + " is a file, not a folder");
  const bool is_empty = !code && fs::is_empty(path, code);
  if (code) return cannot("read the folder", path, code.value());
  if (!is_empty && !fs::exists(fs::path(path) / mark, code)) {
    return Error::bad_request("the folder " + path +
                              " holds other things: choose a new or an empty one");
  }
  if (::chmod(path.c_str(), 0700) != 0) return cannot("close to others", path, errno);
  return {};
}

}  // namespace annex::detail
