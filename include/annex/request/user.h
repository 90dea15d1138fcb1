// Who calls.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace annex::request {

/// An authenticated identity. A value.
struct UserInfo {
  std::string name{};
  std::string uid{};
  std::vector<std::string> groups{};
  /// Keys in lower case, each with its values in order.
  std::vector<std::pair<std::string, std::vector<std::string>>> extra{};

  bool operator==(const UserInfo&) const = default;
};

}  // namespace annex::request
