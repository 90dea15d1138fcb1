// `annex add version` and `annex add subresource`: edits of a type that is there.
#pragma once

#include <string>

#include "plan.h"
#include "project.h"

namespace annex::tool {

/// Plans another version of a kind: a copy of the hub's struct, the conversions and a test.
/// BadRequest: no such kind, a version that it has, or a source without the expected places; the
/// text names the file.
Result<void> plan_version(const Project& project, const std::string& kind,
                          const std::string& version, Plan& plan);
/// Plans `status` or `scale` for a kind, in all of its versions. BadRequest as above.
Result<void> plan_subresource(const Project& project, const std::string& kind,
                              const std::string& subresource, Plan& plan);

}  // namespace annex::tool
