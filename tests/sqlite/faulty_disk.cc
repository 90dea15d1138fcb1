#include "tests/sqlite/faulty_disk.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

namespace annex::sqlite {
namespace {

/// What a disk writes whole or not at all.
constexpr std::size_t kSector = 512;

}  // namespace

/// The VFS's file: SQLite gives the memory, the real file's stands behind it.
struct FaultyFile {
  sqlite3_file base;
  FaultyDisk* disk;
  std::string* path;  // null for a temporary file, which no power loss matters to
  sqlite3_file* real;

  static FaultyFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }
  static sqlite3_file* real_of(sqlite3_file* file) { return of(file).real; }

  static int close(sqlite3_file* file) {
    FaultyFile& self = of(file);
    delete self.path;
    return self.real->pMethods == nullptr ? SQLITE_OK : self.real->pMethods->xClose(self.real);
  }
  static int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    if (of(file).disk->is_dead()) return SQLITE_IOERR_READ;
    sqlite3_file* real = real_of(file);
    return real->pMethods->xRead(real, bytes, count, offset);
  }
  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    FaultyFile& self = of(file);
    if (self.path != nullptr) {
      const int code = self.disk->write(*self.path, bytes, count, offset);
      if (code != SQLITE_OK) return code;
    }
    return self.real->pMethods->xWrite(self.real, bytes, count, offset);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    FaultyFile& self = of(file);
    if (self.path != nullptr) {
      const int code = self.disk->truncate(*self.path, size);
      if (code != SQLITE_OK) return code;
    }
    return self.real->pMethods->xTruncate(self.real, size);
  }
  static int sync(sqlite3_file* file, int) {
    FaultyFile& self = of(file);
    return self.path == nullptr ? SQLITE_OK : self.disk->sync(*self.path);
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xFileSize(real, size);
  }
  static int lock(sqlite3_file* file, int level) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xLock(real, level);
  }
  static int unlock(sqlite3_file* file, int level) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xUnlock(real, level);
  }
  static int check_lock(sqlite3_file* file, int* held) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xCheckReservedLock(real, held);
  }
  static int control(sqlite3_file* file, int what, void* argument) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xFileControl(real, what, argument);
  }
  static int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
  static int characteristics(sqlite3_file* file) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xDeviceCharacteristics(real);
  }
  static int shm_map(sqlite3_file* file, int page, int bytes, int extend, void volatile** memory) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xShmMap(real, page, bytes, extend, memory);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    constexpr int kWriteLock = 0;  // https://sqlite.org/walformat.html#wal_locks
    const bool is_written =
        offset == kWriteLock && flags == (SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    if (const auto& call = of(file).disk->at_commit_; is_written && call) call();
    sqlite3_file* real = real_of(file);
    return real->pMethods->xShmLock(real, offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) {
    sqlite3_file* real = real_of(file);
    real->pMethods->xShmBarrier(real);
  }
  static int shm_unmap(sqlite3_file* file, int remove) {
    sqlite3_file* real = real_of(file);
    return real->pMethods->xShmUnmap(real, remove);
  }

  static FaultyDisk& disk_of(sqlite3_vfs* vfs) { return *static_cast<FaultyDisk*>(vfs->pAppData); }
  static int vfs_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    return disk_of(vfs).open(name, file, flags, out);
  }
  static int vfs_remove(sqlite3_vfs* vfs, const char* name, int sync) {
    FaultyDisk& disk = disk_of(vfs);
    if (disk.is_dead()) return SQLITE_IOERR_DELETE;
    disk.forget(name);
    return disk.real_->xDelete(disk.real_, name, sync);
  }
};

namespace {

const sqlite3_io_methods kMethods{2,
                                  &FaultyFile::close,
                                  &FaultyFile::read,
                                  &FaultyFile::write,
                                  &FaultyFile::truncate,
                                  &FaultyFile::sync,
                                  &FaultyFile::size,
                                  &FaultyFile::lock,
                                  &FaultyFile::unlock,
                                  &FaultyFile::check_lock,
                                  &FaultyFile::control,
                                  &FaultyFile::sector_size,
                                  &FaultyFile::characteristics,
                                  &FaultyFile::shm_map,
                                  &FaultyFile::shm_lock,
                                  &FaultyFile::shm_barrier,
                                  &FaultyFile::shm_unmap,
                                  nullptr,
                                  nullptr};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

FaultyDisk::FaultyDisk(std::uint64_t seed)
    : name_("annex-faulty-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))),
      real_(sqlite3_vfs_find(nullptr)),
      vfs_(std::make_unique<sqlite3_vfs>(*real_)),
      random_(seed) {
  vfs_->szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_->szOsFile;
  vfs_->zName = name_.c_str();
  vfs_->pNext = nullptr;
  vfs_->pAppData = this;
  vfs_->xOpen = &FaultyFile::vfs_open;
  vfs_->xDelete = &FaultyFile::vfs_remove;
  vfs_->xSleep = &FaultyDisk::sleep;
  sqlite3_vfs_register(vfs_.get(), 0);
}

int FaultyDisk::sleep(sqlite3_vfs* vfs, int microseconds) {
  auto& disk = *static_cast<FaultyDisk*>(vfs->pAppData);
  if (disk.at_wait_) disk.at_wait_();
  return disk.real_->xSleep(disk.real_, microseconds);
}

FaultyDisk::~FaultyDisk() { sqlite3_vfs_unregister(vfs_.get()); }

int FaultyDisk::open(const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* self = new (file) FaultyFile{};
  self->disk = this;
  self->real = reinterpret_cast<sqlite3_file*>(self + 1);
  {
    util::MutexLock lock(mutex_);
    if (dead_) return SQLITE_CANTOPEN;
    if (read_only_ && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
      flags &= ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
      flags |= SQLITE_OPEN_READONLY;
    }
    constexpr int kKept = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    if (name != nullptr && (flags & kKept) != 0) {
      self->path = new std::string(name);
      if (files_.count(name) == 0) {
        File& kept = files_[name];
        kept.durable = read_file(name);
        kept.size = kept.durable.size();
      }
    }
  }
  const int code = real_->xOpen(real_, name, self->real, flags, out_flags);
  if (code == SQLITE_OK) {
    file->pMethods = &kMethods;
  } else {
    delete self->path;
  }
  return code;
}

bool FaultyDisk::survives() {
  if (!dead_ && calls_left_ && (*calls_left_)-- <= 0) dead_ = true;
  return !dead_;
}

int FaultyDisk::write(const std::string& path, const void* bytes, int count, sqlite3_int64 offset) {
  util::MutexLock lock(mutex_);
  File& file = files_[path];
  const std::size_t at = static_cast<std::size_t>(offset);
  const std::size_t end = at + static_cast<std::size_t>(count);
  if (room_ && end > file.size) {
    std::uint64_t taken = end - file.size;
    for (const auto& entry : files_) taken += entry.second.size;
    if (taken > *room_) return SQLITE_FULL;
  }
  // The write that the power is lost in may be torn like those before.
  const bool dead_before = dead_;
  const bool survived = survives();
  if (!dead_before) {
    file.unsynced.push_back(
        {false, at, std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count))});
    file.size = std::max(file.size, end);
  }
  return survived ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

int FaultyDisk::truncate(const std::string& path, sqlite3_int64 size) {
  util::MutexLock lock(mutex_);
  if (!survives()) return SQLITE_IOERR_TRUNCATE;
  File& file = files_[path];
  file.unsynced.push_back({true, static_cast<std::size_t>(size), {}});
  file.size = static_cast<std::size_t>(size);
  return SQLITE_OK;
}

int FaultyDisk::sync(const std::string& path) {
  util::MutexLock lock(mutex_);
  if (!survives()) return SQLITE_IOERR_FSYNC;
  File& file = files_[path];
  // As Linux has it: after a sync that failed, the next one does not try the same bytes again.
  for (const Write& write : file.unsynced) {
    if (!syncs_fail_ || random_() % 2 == 0) apply(write, file.durable);
  }
  file.unsynced.clear();
  return syncs_fail_ ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

void FaultyDisk::forget(const std::string& path) {
  util::MutexLock lock(mutex_);
  files_.erase(path);
}

void FaultyDisk::apply(const Write& write, std::string& image) {
  if (write.is_truncation) {
    if (image.size() > write.offset) image.resize(write.offset);
    return;
  }
  if (image.size() < write.offset + write.bytes.size()) {
    image.resize(write.offset + write.bytes.size());
  }
  image.replace(write.offset, write.bytes.size(), write.bytes);
}

void FaultyDisk::lose_power_after(int calls) {
  util::MutexLock lock(mutex_);
  calls_left_ = calls;
}

bool FaultyDisk::is_dead() {
  util::MutexLock lock(mutex_);
  return dead_;
}

void FaultyDisk::bring_power_back() {
  util::MutexLock lock(mutex_);
  for (auto& [path, file] : files_) {
    for (Write& write : file.unsynced) {
      const auto fate = random_() % 3;
      if (fate == 0) continue;  // lost
      if (fate == 1 && !write.is_truncation) {
        const std::size_t sectors = write.bytes.size() / kSector + 1;
        write.bytes.resize(std::min(write.bytes.size(), random_() % sectors * kSector));
      }
      apply(write, file.durable);
    }
    file.unsynced.clear();
    file.size = file.durable.size();
    std::ofstream(path, std::ios::binary | std::ios::trunc) << file.durable;
    std::filesystem::remove(path + "-shm");
  }
  calls_left_.reset();
  dead_ = false;
}

void FaultyDisk::limit_room(std::optional<std::uint64_t> bytes) {
  util::MutexLock lock(mutex_);
  room_ = bytes;
}

void FaultyDisk::fail_syncs(bool fail) {
  util::MutexLock lock(mutex_);
  syncs_fail_ = fail;
}

void FaultyDisk::refuse_writing(bool refuse) {
  util::MutexLock lock(mutex_);
  read_only_ = refuse;
}

}  // namespace annex::sqlite
