#include "sqlite/writer.h"

#include <chrono>

#include "sqlite/row.h"

namespace annex::sqlite {
namespace {

using storage::Commit;
using storage::Entry;
using storage::Event;

}  // namespace

Writer::Writer(Connection& connection, Revision newest) : connection_(connection), newest_(newest) {
  connection_.measure_log(log_pages_);
}

std::vector<StoreResult<Event>> Writer::write(const std::vector<Pending>& batch) {
  auto together = attempt(batch.data(), batch.size());
  if (together) return std::move(*together);
  std::vector<StoreResult<Event>> results;
  if (batch.size() == 1) {
    results.emplace_back(std::move(together).error());
    return results;
  }
  for (const Pending& pending : batch) {
    auto alone = attempt(&pending, 1);
    if (alone) {
      results.push_back(std::move(alone->front()));
    } else {
      results.emplace_back(std::move(alone).error());
    }
  }
  return results;
}

StoreResult<void> Writer::begin_new_log() {
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr,
                                             SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  if (code != SQLITE_OK) return connection_.error(code);
  log_is_suspect_ = false;
  return {};
}

StoreResult<Writer::Results> Writer::attempt(const Pending* first, std::size_t count) {
  if (log_is_suspect_) {
    if (auto done = begin_new_log(); !done) return std::move(done).error();
  }
  Transaction transaction(connection_);
  if (auto begun = transaction.begin_write(); !begun) return std::move(begun).error();
  Results results;
  results.reserve(count);
  Revision newest = newest_;
  for (std::size_t i = 0; i < count; ++i) {
    auto applied = apply(first[i].commit, newest + 1);
    if (!applied) return std::move(applied).error();
    if (*applied) ++newest;
    results.push_back(std::move(*applied));
  }
  if (newest == newest_) return results;  // nothing to make durable
  if (auto done = transaction.commit(); !done) {
    distrust_log();
    return std::move(done).error();
  }
  newest_ = newest;
  return results;
}

StoreResult<Writer::Held> Writer::held(const std::string& key) {
  Query query(connection_,
              "SELECT revision, key, op, create_revision, previous_revision, value, ttl, crc"
              " FROM log WHERE key = ? ORDER BY revision DESC LIMIT 1");
  query.bind(std::string_view(key));
  Held held;
  if (query.next()) {
    const Row row = read_row(query);
    if (!is_intact(row)) held.damage = damaged(connection_, key, row.revision);
    held.present = row.is_put;
    if (row.is_put) {
      held.entry = {key, util::Bytes(std::string(row.value)), row.create_revision, row.revision};
    }
  }
  if (auto status = query.status(); !status) return std::move(status).error();
  return held;
}

StoreResult<StoreResult<Event>> Writer::apply(const Commit& commit, Revision revision) {
  auto before = held(commit.key);
  if (!before) return std::move(before).error();
  // The others of the transaction are none the worse for it.
  if (before->damage) return StoreResult<StoreResult<Event>>(StoreResult<Event>(*before->damage));
  const Entry* live = before->present ? &before->entry : nullptr;
  if (auto refused = storage::refusal(commit, live == nullptr ? 0 : live->revision)) {
    if (live != nullptr) refused->current = *live;
    return StoreResult<StoreResult<Event>>(StoreResult<Event>(std::move(*refused)));
  }
  Event event;
  event.key = commit.key;
  event.revision = revision;
  event.create_revision = live != nullptr ? live->create_revision : revision;
  if (live != nullptr) {
    event.previous = live->value;
    event.previous_revision = live->revision;
  }
  if (commit.value) {
    event.value = *commit.value;
  } else {
    event.type = Event::Type::kDelete;
  }
  if (auto done = insert(commit, event); !done) return std::move(done).error();
  return StoreResult<StoreResult<Event>>(StoreResult<Event>(std::move(event)));
}

StoreResult<void> Writer::insert(const Commit& commit, const Event& event) {
  Row row;
  row.revision = event.revision;
  row.key = event.key;
  row.is_put = commit.value.has_value();
  row.create_revision = event.create_revision;
  row.previous_revision = event.previous_revision;
  if (commit.value) row.value = commit.value->view();
  if (commit.value && commit.ttl) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*commit.ttl).count();
    row.ttl = static_cast<std::uint64_t>(seconds);
  }
  Query query(connection_,
              "INSERT INTO log(revision, key, op, create_revision, previous_revision, value, ttl,"
              " crc) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  query.bind(row.revision)
      .bind(row.key)
      .bind(std::uint64_t{row.is_put ? 1U : 0U})
      .bind(row.create_revision)
      .bind(row.previous_revision);
  row.is_put ? query.bind(row.value) : query.bind_null();
  row.ttl ? query.bind(*row.ttl) : query.bind_null();
  return query.bind(std::uint64_t{checksum_of(row)}).run();
}

}  // namespace annex::sqlite
