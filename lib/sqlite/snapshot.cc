#include "sqlite/snapshot.h"

#include <algorithm>

#include "sqlite/row.h"

namespace annex::sqlite {
namespace {

using storage::Entry;
using storage::Event;
using storage::ListPage;
using Code = StoreError::Code;

bool has_prefix(std::string_view key, std::string_view prefix) {
  return key.substr(0, prefix.size()) == prefix;
}

util::Bytes copied(std::string_view bytes) { return util::Bytes(std::string(bytes)); }

}  // namespace

StoreError too_old(Revision asked, Revision oldest) {
  return {Code::kTooOld,
          "revision " + std::to_string(asked) + " is compacted; the oldest is " +
              std::to_string(oldest),
          {}};
}

StoreError future(Revision asked, Revision newest) {
  return {Code::kFuture,
          "revision " + std::to_string(asked) + " is after the newest, " + std::to_string(newest),
          {}};
}

StoreResult<void> Snapshot::begin() {
  if (auto begun = transaction_.begin_read(); !begun) return begun;
  Query query(
      connection_,
      "SELECT (SELECT max(revision) FROM log), (SELECT value FROM meta WHERE name = 'base'),"
      " (SELECT value FROM meta WHERE name = 'compacted')");
  if (query.next()) {
    newest_ = std::max(query.number(0), query.number(1));
    compacted_ = query.number(2);
  }
  return query.status();
}

StoreResult<Revision> Snapshot::readable(std::optional<Revision> at) const {
  if (!at) return newest_;
  if (*at > newest_) return future(*at, newest_);
  if (*at < compacted_) return too_old(*at, compacted_);
  return *at;
}

StoreResult<Entry> Snapshot::get(const std::string& key, std::optional<Revision> at) {
  auto revision = readable(at);
  if (!revision) return std::move(revision).error();
  Query query(connection_,
              "SELECT revision, key, op, create_revision, previous_revision, value, ttl, crc"
              " FROM log WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1");
  query.bind(std::string_view(key)).bind(*revision);
  if (query.next()) {
    const Row row = read_row(query);
    if (!is_intact(row)) return damaged(connection_, key, row.revision);
    if (row.is_put) return Entry{key, copied(row.value), row.create_revision, row.revision};
  }
  if (auto status = query.status(); !status) return std::move(status).error();
  return StoreError{Code::kNotFound, "no key " + key, {}};
}

StoreResult<Entry> Snapshot::entry_of(const std::string& key, Revision revision) {
  Query query(connection_,
              "SELECT revision, key, op, create_revision, previous_revision, value, ttl, crc"
              " FROM log WHERE revision = ?");
  query.bind(revision);
  if (query.next()) {
    const Row row = read_row(query);
    if (!is_intact(row) || row.key != key) return damaged(connection_, key, revision);
    return Entry{key, copied(row.value), row.create_revision, revision};
  }
  if (auto status = query.status(); !status) return std::move(status).error();
  return StoreError{Code::kCorrupt,
                    "the store " + connection_.path() + ": revision " + std::to_string(revision) +
                        " is in the keys' index alone",
                    {}};
}

StoreResult<ListPage> Snapshot::list(const std::string& prefix, const storage::ListOptions& options,
                                     PageCounts& counts) {
  auto revision = readable(options.at);
  if (!revision) return std::move(revision).error();
  ListPage page;
  page.revision = *revision;
  const bool goes_on = !options.after.empty() && options.after >= prefix;
  // The smallest key after `after` is that with a zero behind it.
  const std::string from = goes_on ? options.after + '\0' : prefix;
  const auto known =
      options.limit == 0 ? std::nullopt : counts.find({prefix, *revision, options.after});

  std::string key;
  Revision found = 0;  // of `key`, as of *revision; 0: none, or deleted
  StoreResult<void> failed;
  // False once nothing more need be seen.
  const auto take = [&] {
    if (found == 0) return true;
    if (options.limit == 0 || page.entries.size() < options.limit) {
      auto entry = entry_of(key, found);
      if (entry) {
        page.entries.push_back(std::move(*entry));
        return true;
      }
      if (entry.error().code != Code::kCorrupt) {
        failed = std::move(entry).error();
        return false;
      }
      page.damaged.push_back({key, std::move(entry.error().message)});
      return true;
    }
    page.more = true;
    if (known) {
      page.remaining = *known - page.entries.size() - page.damaged.size();
      return false;
    }
    ++page.remaining;
    return true;
  };
  Query keys(connection_,
             "SELECT key, revision, op FROM log INDEXED BY log_by_key WHERE key >= ? AND"
             " revision <= ? ORDER BY key, revision");
  keys.bind(std::string_view(from)).bind(*revision);
  bool going = true;
  while (going && keys.next()) {
    const std::string_view next = keys.bytes(0);
    if (next != key) {
      going = take();
      found = 0;
      if (!has_prefix(next, prefix)) break;
      key = next;
    }
    found = keys.number(2) == 1 ? keys.number(1) : 0;
  }
  if (going) take();
  if (auto status = keys.status(); !status) return std::move(status).error();
  if (!failed) return std::move(failed).error();
  if (page.more && !page.entries.empty()) {
    counts.keep({prefix, *revision, page.entries.back().key}, page.remaining);
  }
  return page;
}

StoreResult<Changes> Snapshot::changes(const std::string& prefix, Revision after,
                                       std::size_t limit) {
  auto revision = readable(after);
  if (!revision) return std::move(revision).error();
  Changes changes;
  changes.reached = after;
  Query rows(connection_,
             "SELECT log.revision, log.key, log.op, log.create_revision, log.previous_revision,"
             " log.value, log.ttl, log.crc, before.revision, before.key, before.op,"
             " before.create_revision, before.previous_revision, before.value, before.ttl,"
             " before.crc FROM log LEFT JOIN log AS before ON before.revision ="
             " log.previous_revision WHERE log.revision > ? ORDER BY log.revision LIMIT ?");
  rows.bind(after).bind(std::uint64_t{limit});
  std::size_t seen = 0;
  while (rows.next()) {
    ++seen;
    const Row row = read_row(rows);
    changes.reached = row.revision;
    // Only then is it known whose row it is.
    if (!is_intact(row)) return damaged(connection_, row.key, row.revision);
    if (!has_prefix(row.key, prefix)) continue;
    Event event;
    event.revision = row.revision;
    event.key = row.key;
    event.type = row.is_put ? Event::Type::kPut : Event::Type::kDelete;
    if (row.is_put) event.value = copied(row.value);
    event.create_revision = row.create_revision;
    event.previous_revision = row.previous_revision;
    if (row.previous_revision != 0) {
      const Row before = read_row(rows, kRowColumns);
      if (!is_intact(before)) return damaged(connection_, row.key, before.revision);
      event.previous = copied(before.value);
    }
    changes.events.push_back(std::move(event));
  }
  if (auto status = rows.status(); !status) return std::move(status).error();
  changes.more = seen == limit;
  if (!changes.more) changes.reached = newest_;
  return changes;
}

}  // namespace annex::sqlite
