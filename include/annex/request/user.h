// Who calls.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace annex::request {

/// An authenticated identity. A value.
struct UserInfo {
  std::string name{};                 ///< empty: nobody
  std::string uid{};                  ///< empty if it is not known
  std::vector<std::string> groups{};  ///< in the order in which they were told
  /// Keys in lower case, each with its values in order.
  std::vector<std::pair<std::string, std::vector<std::string>>> extra{};

  bool operator==(const UserInfo&) const = default;
};

}  // namespace annex::request
