// Fills an SQLite store with copies of one object: fill PATH COUNT CHANGED < OBJECT
// NAME and UID in the object are replaced. The first CHANGED objects are then written once more, so
// that there is something to compact. Prints the bytes of all values that are the newest.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "annex/sqlite/store.h"

namespace {

using annex::storage::Entry;
using annex::storage::Guard;
using annex::storage::StoreResult;

/// A thread that finds the queue empty commits on its own, so only many threads share an fsync.
constexpr std::size_t kThreads = 32;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(1);
}

void put(annex::storage::Store& store, std::string key, std::string text, Guard guard) {
  std::promise<StoreResult<Entry>> promise;
  store.commit({std::move(key), annex::util::Bytes(std::move(text)), guard, {}},
               [&promise](StoreResult<Entry> result) { promise.set_value(std::move(result)); });
  const StoreResult<Entry> result = promise.get_future().get();
  if (!result) die(result.error().message);
}

/// Calls `work(i)` for every i below `count`, on many threads.
template <typename Work>
void for_each(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::size_t count = std::strtoull(argv[2], nullptr, 10);
  const std::size_t changed = std::strtoull(argv[3], nullptr, 10);
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  annex::util::RealClock clock;
  annex::util::SystemRandom random;
  annex::util::NullLogger logger;
  auto store = annex::sqlite::open_store({.path = argv[1]}, clock, random, logger);
  if (!store) die(store.error().message);
  std::atomic<std::size_t> bytes{0};
  for_each(count, [&](std::size_t i) {
    const std::string number = std::to_string(i);
    const std::string name = "f-" + std::string(7 - number.size(), '0') + number;
    std::string own = replaced(replaced(text, "NAME", name), "UID", random.uuid());
    bytes += own.size();
    put(**store, "/registry/wardle.example.com/flunders/default/" + name, std::move(own),
        Guard::absent());
  });
  const auto page = (*store)->list("/registry/", {.at = {}, .limit = changed, .after = ""});
  if (!page) die(page.error().message);
  for_each(page->entries.size(), [&](std::size_t i) {
    const Entry& entry = page->entries[i];
    put(**store, entry.key, std::string(entry.value.view()), Guard::at(entry.revision));
  });
  std::printf("%zu\n", bytes.load());
}
