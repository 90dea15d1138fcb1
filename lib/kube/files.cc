#include "kube/files.h"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace annex::kube {

Result<std::string> read_small_file(const std::string& path) {
  constexpr std::size_t kLargest = 1 << 20;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.gcount() == 0 && !file.eof())) {
    return Error::bad_request(
        "cannot read " + path + ": " +
        (errno != 0 ? std::generic_category().message(errno) : "no regular file"));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest) return Error::bad_request(path + " is larger than 1 MiB");
  return text;
}

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace annex::kube
