// A project that `annex new` began, as its owner has it now.
#pragma once

#include <string>
#include <vector>

#include "annex/util/result.h"
#include "plan.h"
#include "templates.h"

namespace annex::tool {

/// Where things stand in a project, relative to its folder.
inline constexpr char kServerSource[] = "src/describe_server.cc";
inline constexpr char kServerHeader[] = "src/describe_server.h";

/// What the files of a project say about it. A value.
struct Project {
  std::string name{};        ///< of the CMake project
  std::string name_space{};  ///< of its C++ code
  std::string group{};       ///< of its API

  /// Reads the project in `plan`'s folder. BadRequest, naming the file, if it is none.
  static Result<Project> read(const Plan& plan);
  /// The words for templates that belong to the project.
  Words words() const;
};

/// A resource as `src/<kind>.cc` registers it.
struct Registration {
  std::string plural{};
  std::string hub{};                    ///< the version whose struct the hooks see
  std::vector<std::string> versions{};  ///< all, the hub's too
  bool cluster_scoped = false;
  bool status = false;
  bool scale = false;
};

/// Finds the chain of words behind `.resource<...>("plural", "Kind"` in a source. BadRequest: it is
/// not there, or not in that form.
Result<Registration> read_registration(const std::string& source, const std::string& kind);

}  // namespace annex::tool
