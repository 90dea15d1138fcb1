#include "sqlite/connection.h"

namespace annex::sqlite {
namespace {

using Code = StoreError::Code;

Code meaning(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Code::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return Code::kCorrupt;
    default:
      return Code::kUnavailable;
  }
}

int keep_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

StoreResult<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access,
                                                          const std::string& vfs) {
  const int flags = (access == Access::kWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Connection> connection(new Connection(path, db));
  if (code != SQLITE_OK) return connection->error(code);
  sqlite3_extended_result_codes(db, 1);
  connection->wait_for_others();
  if (access == Access::kWrite && sqlite3_db_readonly(db, "main") == 1) {
    return StoreError{
        Code::kUnavailable, "the store " + path + " cannot be written: it is read-only", {}};
  }
  // Small: the watch cache holds what is read often. A damaged schema must not be trusted.
  if (auto done = connection->run("PRAGMA cache_size=-1024; PRAGMA trusted_schema=OFF"); !done) {
    return std::move(done).error();
  }
  return connection;
}

Connection::~Connection() {
  for (const auto& entry : statements_) sqlite3_finalize(entry.second);
  sqlite3_close(db_);
}

StoreResult<void> Connection::run(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

void Connection::roll_back() { sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr); }

void Connection::measure_log(int& pages) { sqlite3_wal_hook(db_, keep_pages, &pages); }

void Connection::wait_for_others(int milliseconds) { sqlite3_busy_timeout(db_, milliseconds); }

StoreError Connection::error(int code) const {
  // The connection's own message may be of a later call.
  const bool latest = db_ != nullptr && (sqlite3_extended_errcode(db_) & 0xff) == (code & 0xff);
  return {meaning(code),
          "the store " + path_ + ": " + (latest ? sqlite3_errmsg(db_) : sqlite3_errstr(code)),
          {}};
}

sqlite3_stmt* Connection::prepared(const char* sql, int* code) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    *code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  }
  return statement;
}

Query::Query(Connection& connection, const char* sql)
    : connection_(connection), statement_(connection.prepared(sql, &code_)) {}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::bound(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

Query& Query::bind(std::uint64_t number) {
  if (statement_ == nullptr) return *this;
  bound(sqlite3_bind_int64(statement_, ++parameters_, static_cast<sqlite3_int64>(number)));
  return *this;
}

Query& Query::bind(std::string_view bytes) {
  if (statement_ == nullptr) return *this;
  // A null pointer would bind NULL.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  bound(sqlite3_bind_blob64(statement_, ++parameters_, data, bytes.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::bind_null() {
  if (statement_ == nullptr) return *this;
  bound(sqlite3_bind_null(statement_, ++parameters_));
  return *this;
}

bool Query::next() {
  if (code_ != SQLITE_OK && code_ != SQLITE_ROW) return false;
  code_ = sqlite3_step(statement_);
  return code_ == SQLITE_ROW;
}

StoreResult<void> Query::status() const {
  if (code_ == SQLITE_OK || code_ == SQLITE_ROW || code_ == SQLITE_DONE) return {};
  return connection_.error(code_);
}

StoreResult<void> Query::run() {
  while (next()) {
  }
  return status();
}

std::uint64_t Query::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

std::string_view Query::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace annex::sqlite
