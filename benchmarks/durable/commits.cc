// Commits to an SQLite store with nothing else in the program: commits PATH WRITERS SECONDS
// Each of the writers has its next commit only after the last answer. Prints what came of it as
// JSON.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "annex/sqlite/store.h"

namespace {

using Clock = std::chrono::steady_clock;

/// As large as the objects of the load, once stored.
constexpr std::size_t kValueBytes = 1024;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

/// Whose last commit is answered: told by the store's thread, asked by the one that commits.
class Answered {
 public:
  void put(std::size_t writer) {
    const std::lock_guard lock(mutex_);
    writers_.push_back(writer);
    if (writers_.size() == 1) come_.notify_one();
  }
  /// Waits until there is one.
  std::vector<std::size_t> take() {
    std::unique_lock lock(mutex_);
    come_.wait(lock, [this] { return !writers_.empty(); });
    return std::exchange(writers_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable come_;
  std::vector<std::size_t> writers_;  // guarded by mutex_
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) die("usage: commits PATH WRITERS SECONDS");
  const std::size_t count = std::strtoull(argv[2], nullptr, 10);
  const double limit = std::strtod(argv[3], nullptr);
  annex::util::RealClock clock;
  annex::util::SystemRandom random;
  annex::util::NullLogger logger;
  Answered answered;  // outlives the store, which answers what is under way at the end
  auto store = annex::sqlite::open_store({.path = argv[1]}, clock, random, logger);
  if (!store) die(store.error().message);
  const std::string text(kValueBytes, 'x');
  std::vector<std::size_t> written(count);
  const auto commit = [&](std::size_t writer) {
    const std::string key = "/registry/wardle.example.com/flunders/default/c" +
                            std::to_string(writer) + "-" + std::to_string(written[writer]++);
    (*store)->commit({.key = key,
                      .value = annex::util::Bytes(text),
                      .guard = annex::storage::Guard::absent(),
                      .among_many = count > 1},
                     [&answered, writer](const auto& result) {
                       if (!result) die(result.error().message);
                       answered.put(writer);
                     });
  };
  const Clock::time_point begin = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  for (std::size_t writer = 0; writer < count; ++writer) commit(writer);
  std::size_t created = 0;
  while (seconds() < limit) {
    for (const std::size_t writer : answered.take()) {
      ++created;
      commit(writer);
    }
  }
  std::printf("{\"created\":%zu,\"rate\":%.1f,\"failed\":0,\"errors\":[]}\n", created,
              static_cast<double>(created) / seconds());
}
