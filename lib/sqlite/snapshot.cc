#include "sqlite/snapshot.h"

#include <algorithm>

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
              "SELECT revision, create_revision, value, op FROM log WHERE key = ? AND"
              " revision <= ? ORDER BY revision DESC LIMIT 1");
  query.bind(std::string_view(key)).bind(*revision);
  if (query.next() && query.number(3) == 1) {
    return Entry{key, copied(query.bytes(2)), query.number(1), query.number(0)};
  }
  if (auto status = query.status(); !status) return std::move(status).error();
  return StoreError{Code::kNotFound, "no key " + key, {}};
}

StoreResult<Entry> Snapshot::row(Revision revision) {
  Query query(connection_, "SELECT key, value, create_revision FROM log WHERE revision = ?");
  query.bind(revision);
  if (query.next()) {
    return Entry{std::string(query.bytes(0)), copied(query.bytes(1)), query.number(2), revision};
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
      auto entry = row(found);
      if (!entry) {
        failed = std::move(entry).error();
        return false;
      }
      page.entries.push_back(std::move(*entry));
      return true;
    }
    page.more = true;
    if (known) {
      page.remaining = *known - page.entries.size();
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
             "SELECT log.revision, log.key, log.op, log.value, log.create_revision,"
             " log.previous_revision, before.value FROM log LEFT JOIN log AS before ON"
             " before.revision = log.previous_revision WHERE log.revision > ? ORDER BY"
             " log.revision LIMIT ?");
  rows.bind(after).bind(std::uint64_t{limit});
  std::size_t seen = 0;
  while (rows.next()) {
    ++seen;
    changes.reached = rows.number(0);
    if (!has_prefix(rows.bytes(1), prefix)) continue;
    Event event;
    event.revision = rows.number(0);
    event.key = rows.bytes(1);
    event.type = rows.number(2) == 1 ? Event::Type::kPut : Event::Type::kDelete;
    if (event.type == Event::Type::kPut) event.value = copied(rows.bytes(3));
    event.create_revision = rows.number(4);
    event.previous_revision = rows.number(5);
    if (event.previous_revision != 0) event.previous = copied(rows.bytes(6));
    changes.events.push_back(std::move(event));
  }
  if (auto status = rows.status(); !status) return std::move(status).error();
  changes.more = seen == limit;
  if (!changes.more) changes.reached = newest_;
  return changes;
}

}  // namespace annex::sqlite
