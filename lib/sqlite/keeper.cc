#include "sqlite/keeper.h"

#include <chrono>
#include <cstdint>

namespace annex::sqlite {
namespace {

/// Changes that one transaction sweeps: a commit waits for it at most, some milliseconds.
constexpr std::uint64_t kSlice = 256;

StoreResult<Revision> meta(Connection& connection, const char* sql) {
  Query query(connection, sql);
  Revision value = 0;
  if (query.next()) value = query.number(0);
  if (auto status = query.status(); !status) return std::move(status).error();
  return value;
}

}  // namespace

StoreResult<void> Keeper::prepare(Connection& connection) {
  return connection.run("PRAGMA synchronous=NORMAL");
}

StoreResult<bool> Keeper::sweep(Revision compacted) {
  Transaction transaction(connection_);
  if (auto begun = transaction.begin_write(); !begun) return std::move(begun).error();
  const auto newest = meta(connection_, "SELECT max(revision) FROM log");
  if (!newest) return newest.error();
  auto swept = meta(connection_, "SELECT value FROM meta WHERE name = 'swept'");
  if (!swept) return swept.error();

  std::vector<Revision> gone;
  std::uint64_t seen = 0;
  {
    Query rows(connection_,
               "SELECT revision, previous_revision, op FROM log WHERE revision > ? AND"
               " revision <= ? ORDER BY revision LIMIT ?");
    rows.bind(*swept).bind(compacted).bind(kSlice);
    while (rows.next()) {
      const bool deletion = rows.number(2) == 0;
      // The newest row stays whatever it is: it says which revision was the last.
      if (deletion && rows.number(0) == *newest) break;
      ++seen;
      *swept = rows.number(0);
      if (rows.number(1) != 0) gone.push_back(rows.number(1));
      if (deletion) gone.push_back(rows.number(0));
    }
    if (auto status = rows.status(); !status) return std::move(status).error();
  }
  for (const Revision revision : gone) {
    Query removal(connection_, "DELETE FROM log WHERE revision = ?");
    if (auto done = removal.bind(revision).run(); !done) return std::move(done).error();
  }
  {
    Query update(connection_, "UPDATE meta SET value = max(value, ?) WHERE name = 'compacted'");
    if (auto done = update.bind(compacted).run(); !done) return std::move(done).error();
  }
  {
    Query update(connection_, "UPDATE meta SET value = ? WHERE name = 'swept'");
    if (auto done = update.bind(*swept).run(); !done) return std::move(done).error();
  }
  if (auto done = transaction.commit(); !done) return std::move(done).error();
  return seen == kSlice;
}

StoreResult<std::vector<History::Span>> Keeper::measure(std::size_t span_bytes) {
  std::vector<History::Span> spans;
  Query rows(connection_,
             "SELECT log.revision, length(log.key), length(before.value) FROM log LEFT JOIN log AS"
             " before ON before.revision = log.previous_revision WHERE log.revision >"
             " (SELECT value FROM meta WHERE name = 'compacted') ORDER BY log.revision");
  while (rows.next()) {
    if (spans.empty() || spans.back().bytes >= span_bytes) spans.emplace_back();
    spans.back().revision = rows.number(0);
    spans.back().bytes += rows.number(1) + rows.number(2) + kChangeBytes;
  }
  if (auto status = rows.status(); !status) return std::move(status).error();
  return spans;
}

StoreResult<bool> Keeper::checkpoint(int mode) {
  int pages = 0;
  int carried = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, &pages, &carried);
  // Who carries it over already, another process say, tells no numbers.
  if (carried >= 0) carried_ = carried;
  if ((code & 0xff) == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) return connection_.error(code);
  return true;
}

StoreResult<void> Keeper::carry_over() {
  if (auto done = checkpoint(SQLITE_CHECKPOINT_PASSIVE); !done) return std::move(done).error();
  return {};
}

StoreResult<bool> Keeper::renew_log(util::Duration patience) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  connection_.wait_for_others(static_cast<int>(milliseconds.count()));
  auto done = checkpoint(SQLITE_CHECKPOINT_RESTART);
  connection_.wait_for_others();
  return done;
}

}  // namespace annex::sqlite
