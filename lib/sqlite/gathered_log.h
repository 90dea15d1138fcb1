// The frames of a commit reach the write-ahead log in one write.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <memory>
#include <string>

namespace annex::sqlite {

/// SQLite writes the header of each page and the page itself to its write-ahead log, each by a call
/// of its own. This VFS, which one connection has for itself, stands in front of the VFS behind it
/// and, during a COMMIT, keeps those bytes until the last page of the transaction: by then, before
/// SQLite syncs the log and shows others that it has grown, all of them have been written, or that
/// write of SQLite's has failed. Whatever else is done to the log meanwhile finds the bytes in the
/// file. Outside of a COMMIT, and for every other file, nothing is kept back. Outlives the
/// connection; used by its thread alone.
class GatheredLog {
 public:
  /// `behind` names the VFS that has the files; SQLite's own if it is empty.
  explicit GatheredLog(const std::string& behind);
  ~GatheredLog();
  GatheredLog(const GatheredLog&) = delete;
  GatheredLog& operator=(const GatheredLog&) = delete;

  /// For sqlite3_open_v2, once.
  const std::string& vfs() const { return name_; }

  /// Lives as long as the COMMIT. What is left of one that failed goes with it: others may write
  /// there by now.
  class Commit {
   public:
    explicit Commit(GatheredLog* log) : log_(log) {
      if (log_ != nullptr) log_->begin();
    }
    ~Commit() {
      if (log_ != nullptr) log_->end();
    }
    Commit(const Commit&) = delete;
    Commit& operator=(const Commit&) = delete;

   private:
    GatheredLog* const log_;
  };

 private:
  friend struct LogFile;
  struct Vfs : sqlite3_vfs {
    GatheredLog* log;
    sqlite3_vfs* behind;
  };

  void begin() { gathers_ = vfs_ != nullptr; }
  void end();
  int write(sqlite3_file* file, const void* bytes, std::size_t count, sqlite3_int64 offset);
  /// Writes what is kept. A failure is one of all that follows in this COMMIT.
  int flush();

  std::string name_;
  std::unique_ptr<Vfs> vfs_;  // none if there is no VFS behind it

  bool gathers_ = false;
  bool is_last_page_ = false;  // what comes next is the last page of the transaction
  int failure_ = SQLITE_OK;
  std::unique_ptr<unsigned char[]> kept_;
  std::size_t size_ = 0;
  sqlite3_file* file_ = nullptr;  // whose bytes these are, if there are any
  sqlite3_int64 start_ = 0;       // where
};

}  // namespace annex::sqlite
