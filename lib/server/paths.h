// Paths: what a program serves besides resources.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annex/server/extensions.h"
#include "annex/util/result.h"

namespace annex::detail {

/// The program's own paths and their handlers. Filled before the server starts; then any thread.
class Paths {
 public:
  /// BadRequest: a path that is no path, is the server's own, or is there twice.
  static Result<Paths> make(const std::vector<std::pair<std::string, PathHandler>>& handlers);

  /// Adds a path that only the server itself may have.
  void add_own(const std::string& path, PathHandler handler);

  /// The handler of the path itself, or of the longest path above it that ends with a slash; null
  /// if there is none.
  const PathHandler* find(std::string_view path) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, PathHandler, std::less<>> handlers_;
  std::size_t longest_above_ = 0;  ///< of those that end with a slash
};

}  // namespace annex::detail
