#include "sqlite/schema.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "sqlite/log_gauge.h"
#include "sqlite/row.h"

namespace annex::sqlite {
namespace {

/// "annx": what file(1) and this program know a store by.
constexpr std::uint64_t kApplication = 0x616e6e78;
/// How many of the last changes are looked at when a store is opened.
constexpr std::uint64_t kCheckedRows = 256;
constexpr std::size_t kShownProblems = 20;

/// `log` holds every change that is not compacted; op is 1 for a put and 0 for a deletion, value is
/// null for a deletion, previous_revision is 0 for a creation. The key's index holds op, so that
/// keys are listed and counted without touching their rows.
constexpr const char* kFirst =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE log(revision INTEGER PRIMARY KEY, key BLOB NOT NULL, op INTEGER NOT NULL,"
    " create_revision INTEGER NOT NULL, previous_revision INTEGER NOT NULL, value BLOB,"
    " ttl INTEGER);"
    "CREATE UNIQUE INDEX log_by_key ON log(key, revision, op);"
    "CREATE INDEX log_by_ttl ON log(revision) WHERE ttl IS NOT NULL;";

/// `crc` is row.h's checksum; null in rows from before, which are not rewritten: that would take as
/// long as the file is large.
constexpr const char* kSecond = "ALTER TABLE log ADD COLUMN crc INTEGER;";
constexpr std::size_t kFirstWithChecksums = 2;

constexpr std::array kMigrations{kFirst, kSecond};

StoreResult<std::uint64_t> number(Connection& connection, const char* sql) {
  Query query(connection, sql);
  if (query.next()) return query.number(0);
  if (auto status = query.status(); !status) return std::move(status).error();
  return std::uint64_t{0};
}

Error refuse(const Connection& connection, const std::string& why) {
  return Error::bad_request("the store " + connection.path() + " " + why);
}

/// Compares each row with its checksum.
StoreResult<void> check_rows(Connection& connection, std::vector<std::string>& problems) {
  const auto version = number(connection, "PRAGMA user_version");
  if (!version) return version.error();
  if (*version < kFirstWithChecksums) return {};
  Query rows(connection,
             "SELECT revision, key, op, create_revision, previous_revision, value, ttl, crc"
             " FROM log NOT INDEXED");
  while (rows.next() && problems.size() < kShownProblems) {
    const Row row = read_row(rows);
    if (!is_intact(row)) {
      problems.push_back(std::string(row.key) + " at revision " + std::to_string(row.revision) +
                         " is not what was written");
    }
  }
  return rows.status();
}

}  // namespace

std::span<const char* const> migrations() { return kMigrations; }

Error opening_error(const StoreError& error) {
  if (error.code != StoreError::Code::kCorrupt) return Error::unavailable(error.message);
  return Error::bad_request(error.message +
                            "; nothing was changed: restore a backup, or move the file away");
}

Result<void> recognise(Connection& connection, std::size_t known_version) {
  const auto application = number(connection, "PRAGMA application_id");
  if (!application) return opening_error(application.error());
  if (*application != kApplication) {
    return refuse(connection, "is a database of something else: nothing was changed");
  }
  const auto version = number(connection, "PRAGMA user_version");
  if (!version) return opening_error(version.error());
  if (*version > known_version) {
    return refuse(connection, "was written by a newer version: its schema is " +
                                  std::to_string(*version) + ", this program knows up to " +
                                  std::to_string(known_version) + "; nothing was changed");
  }
  return {};
}

Result<void> prepare(Connection& connection, std::span<const char* const> steps,
                     std::uint64_t new_epoch) {
  const auto tables = number(connection, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return opening_error(tables.error());
  const auto pages = number(connection, "PRAGMA page_count");
  if (!pages) return opening_error(pages.error());
  const auto application = number(connection, "PRAGMA application_id");
  if (!application) return opening_error(application.error());
  const bool is_new = *tables == 0 && *application == 0;
  if (!is_new) {
    if (auto known = recognise(connection, steps.size()); !known) return known;
  } else if (*pages == 0) {
    // Only a file without pages can take it.
    if (auto done = connection.run("PRAGMA auto_vacuum=INCREMENTAL"); !done) {
      return opening_error(done.error());
    }
  }
  {
    Query mode(connection, "PRAGMA journal_mode=WAL");
    const bool taken = mode.next() && mode.bytes(0) == "wal";
    if (auto status = mode.status(); !status) return opening_error(status.error());
    if (!taken) {
      return Error::unavailable("the store " + connection.path() +
                                " is on a file system without shared memory, such as a network's");
    }
  }
  // What a long reader has let the log grow to is given back when it begins anew.
  const std::string log_limit = std::to_string(kPageBytes * kLargeLogPages);
  const std::string pragmas = "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=" + log_limit;
  if (auto done = connection.run(pragmas); !done) {
    return opening_error(done.error());
  }
  const auto version = number(connection, "PRAGMA user_version");
  if (!version) return opening_error(version.error());
  if (*version == steps.size()) return {};

  Transaction change(connection);
  auto done = change.begin_write();
  for (std::size_t step = *version; done && step < steps.size(); ++step) {
    done = connection.run(steps[step]);
  }
  if (done && is_new) {
    Query meta(connection,
               "INSERT INTO meta VALUES('epoch', ?), ('base', 1), ('compacted', 1), ('swept', 1)");
    done = meta.bind(new_epoch).run();
  }
  if (done) {
    done = connection.run("PRAGMA application_id=" + std::to_string(kApplication) +
                          "; PRAGMA user_version=" + std::to_string(steps.size()));
  }
  if (done) done = change.commit();
  if (!done) return opening_error(done.error());
  return {};
}

Result<void> check_quickly(Connection& connection) {
  const auto broken = [&](const std::string& what) {
    return refuse(connection, "is damaged: " + what +
                                  "; nothing was changed: restore a backup, or move the file away");
  };
  const auto names = number(connection,
                            "SELECT count(*) FROM meta WHERE name IN "
                            "('epoch', 'base', 'compacted', 'swept')");
  if (!names) return opening_error(names.error());
  if (*names != 4) return broken("its epoch or its revisions are missing");
  // The last changes, where an interrupted write would show, by both of their ways.
  Query rows(connection,
             "SELECT log.revision, log.op, log.value IS NULL, log.previous_revision,"
             " (SELECT by_key.revision FROM log AS by_key INDEXED BY log_by_key"
             "  WHERE by_key.key = log.key AND by_key.revision = log.revision"
             "  AND by_key.op = log.op) FROM log ORDER BY log.revision DESC LIMIT ?");
  rows.bind(kCheckedRows);
  while (rows.next()) {
    const std::string revision = std::to_string(rows.number(0));
    if (rows.is_null(4)) return broken("revision " + revision + " is not in the keys' index");
    if ((rows.number(1) == 1) == (rows.number(2) == 1) || rows.number(3) >= rows.number(0)) {
      return broken("revision " + revision + " contradicts itself");
    }
  }
  if (auto status = rows.status(); !status) return opening_error(status.error());
  return {};
}

StoreResult<std::vector<std::string>> check_thoroughly(Connection& connection) {
  std::vector<std::string> problems;
  const auto collect = [&](const char* sql, const std::string& what) -> StoreResult<void> {
    Query rows(connection, sql);
    while (rows.next() && problems.size() < kShownProblems) {
      const std::string text(rows.bytes(0));
      if (text != "ok") problems.push_back(what + text);
    }
    return rows.status();
  };
  constexpr std::array<std::pair<const char*, const char*>, 4> kChecks{{
      {"PRAGMA integrity_check(20)", ""},
      {"SELECT revision FROM log WHERE (op = 1) = (value IS NULL) OR create_revision > revision"
       " OR previous_revision >= revision LIMIT 20",
       "a change contradicts itself: revision "},
      {"SELECT log.revision FROM log LEFT JOIN log AS before ON before.revision ="
       " log.previous_revision WHERE log.previous_revision <> 0 AND log.revision >"
       " (SELECT value FROM meta WHERE name = 'compacted') AND (before.key IS NULL OR"
       " before.key <> log.key OR before.create_revision <> log.create_revision) LIMIT 20",
       "the state before a change is missing: revision "},
      {"SELECT name FROM (SELECT 'epoch' AS name UNION SELECT 'base' UNION SELECT 'compacted'"
       " UNION SELECT 'swept') WHERE name NOT IN (SELECT name FROM meta)",
       "not in the table meta: "},
  }};
  for (const auto& [sql, what] : kChecks) {
    if (auto done = collect(sql, what); !done) {
      if (done.error().code != StoreError::Code::kCorrupt) return std::move(done).error();
      problems.push_back(done.error().message);
      break;
    }
  }
  if (problems.size() < kShownProblems) {
    if (auto done = check_rows(connection, problems); !done) {
      if (done.error().code != StoreError::Code::kCorrupt) return std::move(done).error();
      problems.push_back(done.error().message);
    }
  }
  return problems;
}

}  // namespace annex::sqlite
