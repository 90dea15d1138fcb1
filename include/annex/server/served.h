// What a server serves, in short: for whoever registers it in a cluster.
#pragma once

#include <string>
#include <vector>

namespace annex {

/// One resource, as an APIService's maker needs to know it.
struct ServedResource {
  std::string plural{};                     ///< as in paths
  std::string kind{};                       ///< "Loaf"
  bool namespaced = true;                   ///< whether objects have a namespace
  std::vector<std::string> versions{};      ///< that serve it, the preferred first
  std::vector<std::string> verbs{};         ///< of the main path, in alphabetical order
  std::vector<std::string> subresources{};  ///< such as "status"
};

/// One API group with all that is served of it.
struct ServedGroup {
  std::string name{};                       ///< "bakery.example.com"
  std::vector<std::string> versions{};      ///< the preferred first
  std::vector<ServedResource> resources{};  ///< in the order of their description
};

}  // namespace annex
