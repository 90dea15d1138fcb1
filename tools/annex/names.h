// What may be called how in a project, and the names that follow from a kind.
#pragma once

#include <map>
#include <string>

#include "annex/util/result.h"

namespace annex::tool {

/// Each: BadRequest with a sentence that names the text, says what is wrong and gives an example.
Result<void> check_project_name(const std::string& name);
Result<void> check_group(const std::string& group);
Result<void> check_kind(const std::string& kind);
Result<void> check_version(const std::string& version);
Result<void> check_plural(const std::string& plural);

/// "loaf-tin" becomes "LoafTin".
std::string kind_of(const std::string& project);
/// "LoafTin" becomes "loaf_tin", "HTTPRoute" "http_route".
std::string file_of(const std::string& kind);
/// The English plural, in lower case without separators, as upstream's generators guess it: "Loaf"
/// becomes "loafs", "Bakery" "bakeries".
std::string plural_of(const std::string& kind);
/// "loaf-tin" becomes "loaf_tin".
std::string namespace_of(const std::string& project);

}  // namespace annex::tool
