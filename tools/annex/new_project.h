// `annex new` and `annex add type`: the files that a project and a type begin with.
#pragma once

#include <string>

#include "plan.h"
#include "project.h"

namespace annex::tool {

/// A type to be made. An empty word is derived from the kind, the version is v1alpha1.
struct NewType {
  std::string kind{};
  std::string version{};
  std::string plural{};
  bool cluster_scoped = false;
};

struct NewProject {
  std::string name{};
  std::string group{};   ///< empty: "<name>.example.com"
  NewType type{};        ///< without a kind: named after the project
  std::string prefix{};  ///< where annex is installed, if CMake does not look there by itself
};

/// Plans the project's files. BadRequest: a name that cannot be used.
Result<void> plan_project(NewProject wanted, Plan& plan);
/// Plans the files of a type and where its project registers it. BadRequest as above, or the
/// project has been changed so that there is no place for it.
Result<void> plan_type(const Project& project, NewType wanted, Plan& plan);

}  // namespace annex::tool
