#include <utility>

#include "annex/sqlite/store.h"
#include "sqlite/files.h"
#include "sqlite/schema.h"
#include "sqlite/snapshot.h"
#include "sqlite/sqlite_store.h"

namespace annex::sqlite {
namespace {

/// Makes the file if it is missing; sees to it that only its owner can read it.
Result<void> prepare_file(const std::string& path, util::Logger& logger) {
  if (!file_exists(path)) {
    if (file_exists(path + "-wal")) {
      return Error::bad_request("the store " + path + " is missing, but " + path +
                                "-wal, which belongs to it, is there: bring the file back, or move "
                                "both away");
    }
    if (auto made = make_private_file(path); !made) return made;
    return sync_file(folder_of(path));
  }
  const Result<bool> changed = make_private(path);
  if (!changed) return changed.error();
  if (*changed) {
    logger.warning("The store was readable by others; now only its owner can read it",
                   {{"path", path}});
  }
  return {};
}

StoreResult<void> read_state(Connection& connection, Opened& opened, util::TimePoint now) {
  Snapshot snapshot(connection);
  if (auto begun = snapshot.begin(); !begun) return begun;
  opened.newest = snapshot.newest();
  opened.compacted = snapshot.compacted();
  {
    Query epoch(connection, "SELECT value FROM meta WHERE name = 'epoch'");
    if (epoch.next()) opened.epoch = epoch.number(0);
    if (auto status = epoch.status(); !status) return status;
  }
  // Nobody knows how long the machine was off: a time to live begins anew with the start.
  Query endings(connection,
                "SELECT key, revision, ttl FROM log INDEXED BY log_by_ttl WHERE ttl IS NOT NULL");
  while (endings.next()) {
    const auto ttl = std::chrono::seconds(static_cast<std::int64_t>(endings.number(2)));
    opened.endings.add(std::string(endings.bytes(0)), endings.number(1), now + ttl);
  }
  return endings.status();
}

}  // namespace

Result<std::unique_ptr<storage::Store>> open_store(const Options& options, util::Clock& clock,
                                                   util::Random& random, util::Logger& logger) {
  Opened opened;
  auto lock = FileLock::take(options.path);
  if (!lock) return std::move(lock).error();
  opened.lock = std::move(*lock);
  if (auto prepared = prepare_file(options.path, logger); !prepared) return prepared.error();

  auto connection = Connection::open(options.path, Connection::Access::kWrite, options.vfs);
  if (!connection) return opening_error(connection.error());
  opened.writing = std::move(*connection);
  if (auto done = prepare(*opened.writing, migrations(), random.next()); !done) return done.error();
  if (auto done = check_quickly(*opened.writing); !done) return done.error();
  if (auto done = read_state(*opened.writing, opened, clock.now()); !done) {
    return opening_error(done.error());
  }
  if (options.max_bytes != 0) {
    const std::string pages = std::to_string(options.max_bytes / kPageBytes);
    if (auto done = opened.writing->run("PRAGMA max_page_count=" + pages); !done) {
      return opening_error(done.error());
    }
  }
  connection = Connection::open(options.path, Connection::Access::kWrite, options.vfs);
  if (!connection) return opening_error(connection.error());
  opened.keeping = std::move(*connection);
  if (auto done = Keeper::prepare(*opened.keeping); !done) return opening_error(done.error());
  return std::unique_ptr<storage::Store>(
      std::make_unique<SqliteStore>(options, std::move(opened), clock, logger));
}

}  // namespace annex::sqlite
