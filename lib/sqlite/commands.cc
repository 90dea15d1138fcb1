#include "sqlite/commands.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "sqlite/files.h"
#include "sqlite/keeper.h"
#include "sqlite/log_gauge.h"
#include "sqlite/schema.h"
#include "sqlite/snapshot.h"

namespace annex::sqlite {
namespace {

using Opening = Result<std::unique_ptr<Connection>>;

/// How far the revisions of a restored store are beyond all that the lost one may have given out.
constexpr Revision kRestoreStep = 1000000000;
/// Pages that are given back to the file system in one step: a commit may have to wait for it.
constexpr const char* kVacuumStep = "PRAGMA incremental_vacuum(256)";
/// Between two steps, so that the server's commits come first.
constexpr auto kPause = std::chrono::milliseconds(2);

Opening open_store_file(const std::string& path, Connection::Access access) {
  if (!file_exists(path)) return Error::bad_request("there is no store " + path);
  auto connection = Connection::open(path, access, "");
  if (!connection) return opening_error(connection.error());
  if (auto known = recognise(**connection, migrations().size()); !known) return known.error();
  return std::move(*connection);
}

StoreResult<std::uint64_t> number(Connection& connection, const char* sql) {
  Query query(connection, sql);
  const std::uint64_t value = query.next() ? query.number(0) : 0;
  if (auto status = query.status(); !status) return std::move(status).error();
  return value;
}

/// The newest revision of a file; 0 if it cannot be read.
Revision newest_of(const std::string& path) {
  auto connection = open_store_file(path, Connection::Access::kRead);
  if (!connection) return 0;
  Snapshot snapshot(**connection);
  return snapshot.begin() ? snapshot.newest() : 0;
}

void remove(const std::string& path) { std::remove(path.c_str()); }

/// No writer of a server may be there to see how the log grows.
StoreResult<void> carry_over_if_due(Keeper& keeper, LogGauge& log) {
  if (!log.measured(keeper.log_pages())) return {};
  auto done = keeper.carry_over();
  log.carried(keeper.carried_pages());
  return done;
}

/// A half-made file goes with its scope.
struct Partial {
  explicit Partial(std::string name) : path(std::move(name)) {}
  ~Partial() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) remove(path + end);
  }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;
  const std::string path;
};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

}  // namespace

Result<std::string> back_up(const std::string& path, const std::string& target) {
  auto connection = open_store_file(path, Connection::Access::kRead);
  if (!connection) return std::move(connection).error();
  if (file_exists(target)) return Error::bad_request(target + " is there already");
  const Partial partial(target + ".partial");
  remove(partial.path);
  if (auto made = make_private_file(partial.path); !made) return made.error();
  // One read transaction: a state of one moment, without what the file has in free pages.
  if (auto done = (*connection)->run("VACUUM INTO " + quoted(partial.path)); !done) {
    return Error::unavailable(done.error().message);
  }
  const Revision revision = newest_of(partial.path);
  if (revision == 0) return Error::unavailable("the copy " + partial.path + " cannot be read");
  if (auto done = sync_file(partial.path); !done) return done.error();
  if (auto done = rename_file(partial.path, target); !done) return done.error();
  if (auto done = sync_file(folder_of(target)); !done) return done.error();
  return target + " holds the store up to revision " + std::to_string(revision);
}

Result<std::string> check(const std::string& path) {
  auto connection = open_store_file(path, Connection::Access::kRead);
  if (!connection) return std::move(connection).error();
  const auto problems = check_thoroughly(**connection);
  if (!problems) return opening_error(problems.error());
  if (!problems->empty()) {
    std::string text = "the store " + path + " is damaged:";
    for (const std::string& problem : *problems) text += "\n  " + problem;
    return Error::bad_request(text);
  }
  const auto rows = number(**connection, "SELECT count(*) FROM log");
  if (!rows) return opening_error(rows.error());
  return path + " is whole: " + std::to_string(*rows) + " changes up to revision " +
         std::to_string(newest_of(path));
}

Result<std::string> compact(const std::string& path) {
  auto connection = open_store_file(path, Connection::Access::kWrite);
  if (!connection) return std::move(connection).error();
  if (auto done = Keeper::prepare(**connection); !done) return opening_error(done.error());
  Keeper keeper(**connection);
  LogGauge log;
  const auto compacted = number(**connection, "SELECT value FROM meta WHERE name = 'compacted'");
  if (!compacted) return opening_error(compacted.error());
  const auto before = number(**connection, "PRAGMA page_count");
  if (!before) return opening_error(before.error());
  while (true) {
    const auto more = keeper.sweep(*compacted);
    if (!more) return opening_error(more.error());
    if (!*more) break;
    if (auto done = carry_over_if_due(keeper, log); !done) return opening_error(done.error());
    std::this_thread::sleep_for(kPause);
  }
  while (true) {
    const auto free = number(**connection, "PRAGMA freelist_count");
    if (!free) return opening_error(free.error());
    if (*free == 0) break;
    if (auto done = (*connection)->run(kVacuumStep); !done) return opening_error(done.error());
    if (auto done = carry_over_if_due(keeper, log); !done) return opening_error(done.error());
    std::this_thread::sleep_for(kPause);
  }
  if (auto done = keeper.carry_over(); !done) return opening_error(done.error());
  const auto after = number(**connection, "PRAGMA page_count");
  if (!after) return opening_error(after.error());
  return path + " has " + std::to_string(*after) + " pages of 4 KiB; there were " +
         std::to_string(*before);
}

Result<std::string> restore(const std::string& path, const std::string& backup,
                            util::Random& random) {
  if (auto whole = check(backup); !whole) return whole.error();
  auto lock = FileLock::take(path);
  if (!lock) return std::move(lock).error();
  const Revision base = std::max(newest_of(path), newest_of(backup)) + kRestoreStep;
  const Partial partial(path + ".partial");
  for (const char* end : {"", "-wal", "-shm"}) remove(partial.path + end);
  if (auto made = make_private_file(partial.path); !made) return made.error();
  if (auto copied = copy_file(backup, partial.path); !copied) return copied.error();
  {
    auto connection = Connection::open(partial.path, Connection::Access::kWrite, "");
    if (!connection) return opening_error(connection.error());
    if (auto done = prepare(**connection, migrations(), 0); !done) return done.error();
    Query change(**connection,
                 "UPDATE meta SET value = CASE name WHEN 'epoch' THEN ? WHEN 'swept' THEN value"
                 " ELSE ? END");
    if (auto done = change.bind(random.next()).bind(base).run(); !done) {
      return opening_error(done.error());
    }
  }  // the last connection carries the write-ahead log over and removes it
  if (auto done = sync_file(partial.path); !done) return done.error();
  // The old file keeps its own log beside it: a log must never meet another file.
  const std::string old = path + ".old";
  for (const char* end : {"", "-wal", "-shm"}) remove(old + end);
  remove(path + "-shm");
  if (file_exists(path + "-wal")) {
    if (auto done = rename_file(path + "-wal", old + "-wal"); !done) return done.error();
  }
  const bool replaces = file_exists(path);
  if (replaces && ::link(path.c_str(), old.c_str()) != 0) {
    return Error::unavailable("cannot keep the old file as " + old);
  }
  if (auto done = rename_file(partial.path, path); !done) return done.error();
  if (auto done = sync_file(folder_of(path)); !done) return done.error();
  return path + " holds " + backup + "; its revisions go on from " + std::to_string(base) +
         (replaces ? "; what was there is " + old : "");
}

}  // namespace annex::sqlite
