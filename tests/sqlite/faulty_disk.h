// A disk that fails on demand: an SQLite VFS in front of the usual one.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "annex/util/mutex.h"

namespace annex::sqlite {

/// Remembers of each file what was synced and which writes came since. When the power is lost, each
/// of these is kept, torn or lost, whatever came of the others. Nothing reaches the real disk for
/// good, so that it is fast. Stores on it must be gone before it.
class FaultyDisk {
 public:
  explicit FaultyDisk(std::uint64_t seed);
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  /// For Options::vfs.
  const std::string& vfs() const { return name_; }

  /// The power goes with so many more writes and syncs: from then on every call fails.
  void lose_power_after(int calls);
  bool is_dead();
  /// Makes the files what the disk has after the loss. Nobody has them open.
  void bring_power_back();

  /// The bytes that all files together may have; a write beyond fails.
  void limit_room(std::optional<std::uint64_t> bytes);
  /// Every sync fails, and what it was to keep may be lost.
  void fail_syncs(bool fail);
  /// Files open for reading alone.
  void refuse_writing(bool refuse);
  /// Called by the writing thread when readers see its commit and it is still in SQLite's hands.
  /// Set while nobody writes.
  void at_commit(std::function<void()> call) { at_commit_ = std::move(call); }
  /// Called by a thread that waits for others to let go of the file. Set while no store is open.
  void at_wait(std::function<void()> call) { at_wait_ = std::move(call); }

 private:
  friend struct FaultyFile;
  struct Write {
    bool is_truncation;
    std::size_t offset;  // of a truncation: the new size
    std::string bytes;
  };
  struct File {
    std::string durable;
    std::vector<Write> unsynced;
    std::size_t size = 0;
  };

  static int sleep(sqlite3_vfs* vfs, int microseconds);
  int open(const char* name, sqlite3_file* file, int flags, int* out_flags);
  int write(const std::string& path, const void* bytes, int count, sqlite3_int64 offset);
  int truncate(const std::string& path, sqlite3_int64 size);
  int sync(const std::string& path);
  void forget(const std::string& path);
  bool survives() ANNEX_REQUIRES(mutex_);
  static void apply(const Write& write, std::string& image);

  const std::string name_;
  sqlite3_vfs* const real_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  util::Mutex mutex_;
  std::mt19937_64 random_ ANNEX_GUARDED_BY(mutex_);
  std::map<std::string, File> files_ ANNEX_GUARDED_BY(mutex_);
  std::optional<int> calls_left_ ANNEX_GUARDED_BY(mutex_);
  bool dead_ ANNEX_GUARDED_BY(mutex_) = false;
  std::optional<std::uint64_t> room_ ANNEX_GUARDED_BY(mutex_);
  bool syncs_fail_ ANNEX_GUARDED_BY(mutex_) = false;
  bool read_only_ ANNEX_GUARDED_BY(mutex_) = false;
  std::function<void()> at_commit_;
  std::function<void()> at_wait_;
};

}  // namespace annex::sqlite
