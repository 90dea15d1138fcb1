// A store's file in a folder of its own, for tests.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "annex/sqlite/store.h"
#include "annex/util/logger.h"
#include "annex/util/manual_clock.h"
#include "annex/util/random.h"
#include "tests/folder.h"

namespace annex::sqlite {

/// The folder goes with this object; a store on it must be gone by then.
class StoreFile {
 public:
  StoreFile() { options.path = folder_.path("store.db"); }

  Result<std::unique_ptr<storage::Store>> try_open() {
    return open_store(options, clock, random, logger);
  }
  std::unique_ptr<storage::Store> open() {
    auto store = try_open();
    if (!store) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }
  /// Takes away what is there, and makes an empty store.
  std::unique_ptr<storage::Store> open_empty() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(options.path + end);
    return open();
  }

  std::string folder() const { return folder_.path(); }
  const std::string& path() const { return options.path; }

  util::ManualClock clock{};
  util::SystemRandom random{};
  util::NullLogger logger{};
  Options options{};

 private:
  const annex::test::Folder folder_;
};

/// Commits and waits for the answer.
inline storage::StoreResult<storage::Entry> put(storage::Store& store, storage::Commit commit) {
  struct Answer {
    util::Mutex mutex;
    util::CondVar done;
    std::optional<storage::StoreResult<storage::Entry>> result ANNEX_GUARDED_BY(mutex);
  };
  auto answer = std::make_shared<Answer>();
  store.commit(std::move(commit), [answer](storage::StoreResult<storage::Entry> result) {
    util::MutexLock lock(answer->mutex);
    answer->result.emplace(std::move(result));
    answer->done.notify_all();
  });
  util::MutexLock lock(answer->mutex);
  while (!answer->result) answer->done.wait(answer->mutex);
  return *answer->result;
}

inline storage::Commit create(std::string key, std::string value) {
  return {std::move(key), util::Bytes(std::move(value)), storage::Guard::absent(), {}};
}

}  // namespace annex::sqlite
