// Plan: what is to be written into a project, all of it or nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "annex/util/result.h"

namespace annex::tool {

/// Gathers new files and changed ones, and writes them together. One thread.
class Plan {
 public:
  /// `folder` is the project's; paths are relative to it.
  explicit Plan(std::string folder) : folder_(std::move(folder)) {}

  /// BadRequest: there is such a file, on the disk or in the plan.
  Result<void> create(const std::string& path, std::string text, bool executable = false);
  /// Changes a file as it is in the plan, else on the disk. BadRequest: it is not there, or what
  /// `edit` says, its path named.
  using Edit = std::function<Result<std::string>(const std::string& text)>;
  Result<void> change(const std::string& path, const Edit& edit);
  /// As it is in the plan, else on the disk.
  Result<std::string> read(const std::string& path) const;

  /// Writes everything. On an error the project is as it was.
  Result<void> write() const;
  /// The same into a folder that must not exist: it appears whole.
  Result<void> write_new_folder() const;
  /// A line for each file: "new src/loaf.cc", "changed src/describe_server.cc".
  std::string summary() const;

 private:
  struct File {
    std::string path{};
    std::string text{};
    bool executable = false;
    bool is_new = true;
  };
  const File* find(const std::string& path) const;

  const std::string folder_;
  std::vector<File> files_;
};

}  // namespace annex::tool
