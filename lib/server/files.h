// Small private files: read whole, replaced whole.
#pragma once

#include <optional>
#include <string>

#include "annex/util/result.h"

namespace annex::detail {

/// The file's content; nothing if there is no such file. BadRequest, naming it, if it cannot be
/// read.
Result<std::optional<std::string>> read_file_if_present(const std::string& path);
Result<std::string> read_file(const std::string& path);
/// Puts the text there at once, readable by its owner alone. The old content stays on an error.
Result<void> write_private_file(const std::string& path, const std::string& text);
/// Makes the folder, and those above it, or takes one that is empty or holds `mark`; only its owner
/// may enter it. BadRequest otherwise: another program's folder is not to be locked.
Result<void> make_private_folder(const std::string& path, const std::string& mark);

}  // namespace annex::detail
