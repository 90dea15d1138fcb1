// One connection to an SQLite file, and queries on it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "annex/storage/store.h"

namespace annex::sqlite {

using storage::Revision;
using storage::StoreError;
using storage::StoreResult;

/// Prepares each statement once. Used by one thread at a time; whoever owns it sees to that.
class Connection {
 public:
  static constexpr int kBusyMilliseconds = 10000;
  enum class Access { kWrite, kRead };

  /// Opens an existing file, or an empty one that is there already.
  static StoreResult<std::unique_ptr<Connection>> open(const std::string& path, Access access,
                                                       const std::string& vfs);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs statements that give nothing.
  StoreResult<void> run(const char* sql);
  StoreResult<void> run(const std::string& sql) { return run(sql.c_str()); }
  /// True while a transaction is open.
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  /// Ends a transaction that failed.
  void roll_back();
  /// Keeps in `pages`, which outlives the connection's last commit, how many the write-ahead log
  /// has after each commit. In place of the automatic checkpoint, which would make commits pay for
  /// it.
  void measure_log(int& pages);
  /// How long a call waits for whoever has what it needs: at first, and without an argument, as
  /// long as another process may take.
  void wait_for_others(int milliseconds = kBusyMilliseconds);
  /// What SQLite's result code means, with its message.
  StoreError error(int code) const;

  sqlite3* handle() const { return db_; }
  const std::string& path() const { return path_; }

 private:
  friend class Query;
  Connection(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}
  sqlite3_stmt* prepared(const char* sql, int* code);

  const std::string path_;
  sqlite3* const db_;
  /// By the address of the text: every statement is a literal.
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

/// One run of a statement. Parameters are bound in the order of the calls.
class Query {
 public:
  /// Requires: `sql` is a literal; no other Query of the same text on this connection.
  Query(Connection& connection, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(std::uint64_t number);
  /// The bytes must outlive the run.
  Query& bind(std::string_view bytes);
  Query& bind_null();

  /// True if there is a row. False at the end, and after a failure: see status().
  bool next();
  StoreResult<void> status() const;
  /// Runs a statement that gives no rows.
  StoreResult<void> run();

  std::uint64_t number(int column) const;
  std::string_view bytes(int column) const;
  bool is_null(int column) const;

 private:
  void bound(int code);

  Connection& connection_;
  int code_ = SQLITE_OK;
  sqlite3_stmt* const statement_;
  int parameters_ = 0;
};

/// A transaction that ends with its scope: undone unless it was committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  ~Transaction() {
    if (connection_.in_transaction()) connection_.roll_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  StoreResult<void> begin_read() { return Query(connection_, "BEGIN").run(); }
  StoreResult<void> begin_write() { return Query(connection_, "BEGIN IMMEDIATE").run(); }
  StoreResult<void> commit() { return Query(connection_, "COMMIT").run(); }

 private:
  Connection& connection_;
};

}  // namespace annex::sqlite
