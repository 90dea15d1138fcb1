#include "sqlite/gathered_log.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

namespace annex::sqlite {
namespace {

/// What is kept at most. It is SQLite's largest page, hence what every VFS takes in one write:
/// SQLite's own says of 128 KiB that the disk is full.
constexpr std::size_t kMost = 65536;
/// https://sqlite.org/fileformat2.html#walformat: the header of a page in the log, and where in it
/// stands a number that only the last page of a transaction has.
constexpr std::size_t kPageHeader = 24;
constexpr std::size_t kCommitMark = 4;

bool is_of_last_page(const unsigned char* header) {
  const unsigned char* mark = header + kCommitMark;
  return std::any_of(mark, mark + sizeof(std::uint32_t), [](unsigned char c) { return c != 0; });
}

}  // namespace

/// SQLite gives the memory; the file of the VFS behind has what follows this.
struct LogFile {
  sqlite3_file base;
  GatheredLog* log;

  static GatheredLog& log_of(sqlite3_file* file) { return *reinterpret_cast<LogFile*>(file)->log; }
  static sqlite3_file* behind(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<LogFile*>(file) + 1);
  }
  static GatheredLog::Vfs& vfs_of(sqlite3_vfs* vfs) { return *static_cast<GatheredLog::Vfs*>(vfs); }

  template <auto kMethod, typename R, typename... Arguments>
  static R pass(sqlite3_file* file, Arguments... arguments) {
    sqlite3_file* real = behind(file);
    return (real->pMethods->*kMethod)(real, arguments...);
  }
  /// For what asks about the bytes of the file, or changes them.
  template <auto kMethod, typename... Arguments>
  static int flush_and_pass(sqlite3_file* file, Arguments... arguments) {
    const int code = log_of(file).flush();
    return code != SQLITE_OK ? code : pass<kMethod, int>(file, arguments...);
  }
  template <auto kMethod, typename R, typename... Arguments>
  static R pass_vfs(sqlite3_vfs* vfs, Arguments... arguments) {
    sqlite3_vfs* real = vfs_of(vfs).behind;
    return (real->*kMethod)(real, arguments...);
  }

  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    return log_of(file).write(behind(file), bytes, static_cast<std::size_t>(count), offset);
  }
  /// After a failed write the transaction is undone, and for that SQLite may read what was there
  /// before it.
  static int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    const int code = log_of(file).failure_ == SQLITE_OK ? log_of(file).flush() : SQLITE_OK;
    return code != SQLITE_OK ? code
                             : behind(file)->pMethods->xRead(behind(file), bytes, count, offset);
  }
  static int close(sqlite3_file* file) {
    const int code = log_of(file).flush();
    const int closed = behind(file)->pMethods->xClose(behind(file));
    return code != SQLITE_OK ? code : closed;
  }
  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out);
};

namespace {

constexpr sqlite3_io_methods kMethods = [] {
  using Methods = sqlite3_io_methods;
  Methods methods{};
  methods.iVersion = 1;  // shared memory is of the database's file
  methods.xClose = &LogFile::close;
  methods.xRead = &LogFile::read;
  methods.xWrite = &LogFile::write;
  methods.xTruncate = &LogFile::flush_and_pass<&Methods::xTruncate>;
  methods.xSync = &LogFile::flush_and_pass<&Methods::xSync>;
  methods.xFileSize = &LogFile::flush_and_pass<&Methods::xFileSize>;
  methods.xLock = &LogFile::pass<&Methods::xLock, int>;
  methods.xUnlock = &LogFile::pass<&Methods::xUnlock, int>;
  methods.xCheckReservedLock = &LogFile::pass<&Methods::xCheckReservedLock, int>;
  methods.xFileControl = &LogFile::flush_and_pass<&Methods::xFileControl>;
  methods.xSectorSize = &LogFile::pass<&Methods::xSectorSize, int>;
  methods.xDeviceCharacteristics = &LogFile::pass<&Methods::xDeviceCharacteristics, int>;
  return methods;
}();

}  // namespace

int LogFile::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  const GatheredLog::Vfs& self = vfs_of(vfs);
  if ((flags & SQLITE_OPEN_WAL) == 0) {
    return self.behind->xOpen(self.behind, name, file, flags, out);
  }
  auto* const made = new (file) LogFile{};
  made->log = self.log;
  sqlite3_file* real = behind(file);
  real->pMethods = nullptr;
  const int code = self.behind->xOpen(self.behind, name, real, flags, out);
  // If it failed, too, it may have to be closed.
  if (real->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

GatheredLog::GatheredLog(const std::string& behind) : name_(behind) {
  sqlite3_vfs* const real = sqlite3_vfs_find(behind.empty() ? nullptr : behind.c_str());
  if (real == nullptr) return;
  using V = sqlite3_vfs;
  kept_ = std::make_unique<unsigned char[]>(kMost);
  vfs_ = std::make_unique<Vfs>();
  name_ = "annex-log-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  vfs_->log = this;
  vfs_->behind = real;
  vfs_->iVersion = std::min(real->iVersion, 2);
  vfs_->szOsFile = static_cast<int>(sizeof(LogFile)) + real->szOsFile;
  vfs_->mxPathname = real->mxPathname;
  vfs_->zName = name_.c_str();
  vfs_->xOpen = &LogFile::open;
  vfs_->xDelete = &LogFile::pass_vfs<&V::xDelete, int>;
  vfs_->xAccess = &LogFile::pass_vfs<&V::xAccess, int>;
  vfs_->xFullPathname = &LogFile::pass_vfs<&V::xFullPathname, int>;
  vfs_->xRandomness = &LogFile::pass_vfs<&V::xRandomness, int>;
  vfs_->xSleep = &LogFile::pass_vfs<&V::xSleep, int>;
  vfs_->xCurrentTime = &LogFile::pass_vfs<&V::xCurrentTime, int>;
  vfs_->xGetLastError = &LogFile::pass_vfs<&V::xGetLastError, int>;
  vfs_->xCurrentTimeInt64 = &LogFile::pass_vfs<&V::xCurrentTimeInt64, int>;
  sqlite3_vfs_register(vfs_.get(), 0);
}

GatheredLog::~GatheredLog() {
  if (vfs_) sqlite3_vfs_unregister(vfs_.get());
}

void GatheredLog::end() {
  gathers_ = is_last_page_ = false;
  failure_ = SQLITE_OK;
  size_ = 0;
}

int GatheredLog::flush() {
  if (failure_ != SQLITE_OK || size_ == 0) return failure_;
  failure_ = file_->pMethods->xWrite(file_, kept_.get(), static_cast<int>(size_), start_);
  size_ = 0;
  return failure_;
}

int GatheredLog::write(sqlite3_file* file, const void* bytes, std::size_t count,
                       sqlite3_int64 offset) {
  const bool follows =
      size_ != 0 && file == file_ && offset == start_ + static_cast<sqlite3_int64>(size_);
  if (!follows || size_ + count > kMost) {
    if (const int code = flush(); code != SQLITE_OK) return code;
  }
  if (!gathers_ || count > kMost) {
    return file->pMethods->xWrite(file, bytes, static_cast<int>(count), offset);
  }
  if (size_ == 0) {
    file_ = file;
    start_ = offset;
  }
  std::memcpy(kept_.get() + size_, bytes, count);
  size_ += count;
  if (is_last_page_) {
    // From here on others may be shown the log at any moment.
    gathers_ = is_last_page_ = false;
    return flush();
  }
  is_last_page_ = count == kPageHeader && is_of_last_page(kept_.get() + size_ - count);
  return SQLITE_OK;
}

}  // namespace annex::sqlite
