// Which thread a commit is written on.
#include <catch2/catch.hpp>
#include <future>
#include <string>
#include <thread>

#include "tests/sqlite/store_file.h"

using namespace annex;

namespace {

/// The thread that made the next key of the store durable.
std::thread::id written_on(storage::Store& store, int& next, bool among_many = false) {
  std::promise<std::thread::id> writer;
  storage::Commit commit = sqlite::create("k" + std::to_string(next++), "x");
  commit.among_many = among_many;
  store.commit(std::move(commit), [&](const storage::StoreResult<storage::Entry>& entry) {
    CHECK(entry);
    writer.set_value(std::this_thread::get_id());
  });
  return writer.get_future().get();
}

}  // namespace

TEST_CASE("who has been alone for a while writes on its own thread, who is among many does not") {
  sqlite::StoreFile file;
  const auto store = file.open();
  const std::thread::id here = std::this_thread::get_id();
  int next = 0;
  CHECK(written_on(*store, next) != here);
  int others = 1;
  while (written_on(*store, next) != here) ++others;
  CHECK(others == 16);
  CHECK(written_on(*store, next) == here);
  CHECK(written_on(*store, next, true) != here);
  CHECK(written_on(*store, next) == here);
}
