// Fills an SQLite store with copies of one object: fill PATH COUNT CHANGED < OBJECT
// NAME and UID in the object are replaced. The first CHANGED objects are then written once more, so
// that there is something to compact. Prints the bytes of all values that are the newest.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <mutex>
#include <string>

#include "annex/sqlite/store.h"

namespace {

constexpr std::size_t kUnderWay = 512;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

/// Commits many at once and dies of the first error.
class Filler {
 public:
  explicit Filler(annex::storage::Store& store) : store_(store) {}

  void put(const std::string& name, std::string text, annex::storage::Guard guard) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return under_way_ < kUnderWay; });
      ++under_way_;
    }
    store_.commit({"/registry/wardle.example.com/flunders/default/" + name,
                   annex::util::Bytes(std::move(text)),
                   guard,
                   {}},
                  [this](annex::storage::StoreResult<annex::storage::Entry> result) {
                    if (!result) {
                      std::fprintf(stderr, "%s\n", result.error().message.c_str());
                      std::_Exit(1);
                    }
                    const std::lock_guard<std::mutex> lock(mutex_);
                    --under_way_;
                    changed_.notify_one();
                  });
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ == 0; });
  }

 private:
  annex::storage::Store& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t under_way_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::size_t count = std::strtoull(argv[2], nullptr, 10);
  const std::size_t changed = std::strtoull(argv[3], nullptr, 10);
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  annex::util::RealClock clock;
  annex::util::SystemRandom random;
  annex::util::NullLogger logger;
  auto store = annex::sqlite::open_store({.path = argv[1]}, clock, random, logger);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  Filler filler(**store);
  const auto name = [](std::size_t i) {
    const std::string number = std::to_string(i);
    return "f-" + std::string(7 - number.size(), '0') + number;
  };
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::string own = replaced(replaced(text, "NAME", name(i)), "UID", random.uuid());
    bytes += own.size();
    filler.put(name(i), std::move(own), annex::storage::Guard::absent());
  }
  filler.wait();
  const auto page = (*store)->list("/registry/", {.at = {}, .limit = changed, .after = ""});
  if (!page) return 1;
  for (const annex::storage::Entry& entry : page->entries) {
    filler.put(entry.key.substr(entry.key.rfind('/') + 1), std::string(entry.value.view()),
               annex::storage::Guard::at(entry.revision));
  }
  filler.wait();
  std::printf("%zu\n", bytes);
}
