// What can be done with a store's file from outside.
#pragma once

#include <string>

#include "annex/util/random.h"
#include "annex/util/result.h"

namespace annex::sqlite {

/// Writes the state and its history at this moment to `target`, which must not exist; a server may
/// be at work meanwhile. On an error there is no target.
Result<std::string> back_up(const std::string& path, const std::string& target);
/// Looks at the whole file; a server may be at work meanwhile. BadRequest lists what is wrong.
Result<std::string> check(const std::string& path);
/// Removes what no retained revision shows and gives the room back to the file system, in short
/// steps beside a server's writes.
Result<std::string> compact(const std::string& path);
/// Puts a backup in the place of the file, which is kept as `path`.old. The epoch changes, and the
/// revisions go on far beyond those that were. Needs the store to be unused.
Result<std::string> restore(const std::string& path, const std::string& backup,
                            util::Random& random);

}  // namespace annex::sqlite
