// A folder of a test's own, with what it writes there.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "testing/folder.h"

namespace annex::test {

class Folder : public annex::testing::Folder {
 public:
  /// Makes the folders that it needs, too; the file's path.
  std::string write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = path(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }
  /// Every file's text by its path.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      found[std::filesystem::relative(entry.path(), path()).string()] = text.str();
    }
    return found;
  }
};

}  // namespace annex::test
