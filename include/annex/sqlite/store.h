// The embedded durable store: one SQLite file beside the server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "annex/server/options.h"
#include "annex/storage/store.h"
#include "annex/util/clock.h"
#include "annex/util/logger.h"
#include "annex/util/random.h"

namespace annex::sqlite {

/// Where objects are kept, and how durably.
struct Options {
  std::string path{};  ///< of the file; `path`-wal, -shm and .lock stand beside it
  /// How long old revisions stay readable, if their bytes fit in `history_bytes`. Restarts do not
  /// shorten it.
  util::Duration history = std::chrono::minutes(5);
  /// The bound on the bytes of old values and of the record of changes; the oldest go first.
  std::size_t history_bytes = 64U << 20U;
  /// The bound on the file's bytes; a write beyond it fails with kFull. 0: the disk's.
  std::uint64_t max_bytes{};
  /// The SQLite VFS to reach the files through, by its registered name; empty: SQLite's own.
  std::string vfs{};
};

/// Opens the store at `options.path`, or makes an empty one there that only its owner can read. One
/// process at a time: a second is told who has it. BadRequest, in a sentence that names the file:
/// it is of something else, from a newer version, or damaged. ServiceUnavailable: it is in use,
/// cannot be written, or there is no room. A file that is refused is left as it was. `clock`,
/// `random` and `logger` must outlive the store; civil time is not used.
Result<std::unique_ptr<storage::Store>> open_store(const Options& options, util::Clock& clock,
                                                   util::Random& random, util::Logger& logger);

/// For `Server::store`: `--store=sqlite:PATH`, in a server's own folder `store.db`, and the
/// subcommands `backup`, `check`, `compact` and `restore` of `annex::run`. What `defaults` says
/// holds, but for the path.
StoreKind store(Options defaults = {});

}  // namespace annex::sqlite
