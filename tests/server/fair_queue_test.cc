#include "server/fair_queue.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using annex::detail::FairQueue;
using annex::util::Executor;
using Kind = FairQueue::Kind;

namespace {

class Call final : public FairQueue::Task {
 public:
  Call(Kind of_kind, std::string who, bool is_privileged,
       std::function<void(const FairQueue::Place&)> run, std::function<void()> refuse)
      : who_(std::move(who)), run_(std::move(run)), refuse_(std::move(refuse)) {
    kind = of_kind;
    user = who_;
    privileged = is_privileged;
  }

  void run(FairQueue::Place place) override { run_(place); }
  void refuse() override { refuse_(); }

 private:
  const std::string who_;
  const std::function<void(const FairQueue::Place&)> run_;
  const std::function<void()> refuse_;
};

template <typename... Arguments>
void submit_to(FairQueue& queue, Arguments&&... arguments) {
  queue.submit(std::make_shared<Call>(std::forward<Arguments>(arguments)...));
}

/// A queue before one worker, which waits until it is let go.
class Bench {
 public:
  explicit Bench(const FairQueue::Limits& limits, std::size_t places = 1000)
      : workers_({"worker", 1, places}), queue_(workers_, reserve_, limits) {
    submit("first", Kind::kWatch, false, [this] {
      busy_.set_value();
      go_.get_future().wait();
    });
    busy_.get_future().wait();
  }

  void submit(const std::string& user, Kind kind = Kind::kRead, bool privileged = false,
              std::function<void()> before = {}) {
    const int number = ++numbers_[user];
    const std::string name = user + std::to_string(number);
    submit_to(
        queue_, kind, user, privileged,
        [this, name, before](const FairQueue::Place&) {
          if (before) before();
          const annex::util::MutexLock lock(mutex_);
          ran_.push_back(name);
        },
        [this, name] { refused.push_back(name); });
  }
  /// Lets everything run: the names in the order in which they did, without the first.
  std::vector<std::string> finish() {
    go_.set_value();
    workers_.close();
    reserve_.close();
    const annex::util::MutexLock lock(mutex_);
    ran_.erase(std::find(ran_.begin(), ran_.end(), "first1"));
    return ran_;
  }
  bool has_run(const std::string& name) {
    const annex::util::MutexLock lock(mutex_);
    return std::find(ran_.begin(), ran_.end(), name) != ran_.end();
  }
  Executor& reserve() { return reserve_; }

  std::vector<std::string> refused;

 private:
  std::promise<void> busy_;
  std::promise<void> go_;
  std::map<std::string, int> numbers_;
  annex::util::Mutex mutex_;
  std::vector<std::string> ran_ ANNEX_GUARDED_BY(mutex_);
  Executor workers_;
  Executor reserve_{{"reserve", 1, 1000}};
  FairQueue queue_;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("users take turns, and each user's requests keep their order") {
  Bench bench({});
  for (int i = 0; i < 4; ++i) bench.submit("a");
  bench.submit("b");
  bench.submit("c");
  bench.submit("b");
  CHECK(bench.finish() == Names{"a1", "b1", "c1", "a2", "b2", "a3", "a4"});
  CHECK(bench.refused.empty());
}

TEST_CASE("where too many are in flight, the user with the most loses the newest") {
  Bench bench({.reads = 4, .mutations = 4, .watches = 0});
  for (int i = 0; i < 6; ++i) bench.submit("a");
  CHECK(bench.refused == Names{"a5", "a6"});
  bench.submit("b");
  bench.submit("c");
  CHECK(bench.refused == Names{"a5", "a6", "a4", "a3"});
  // b has as many as anybody else would have to give.
  bench.submit("b");
  CHECK(bench.refused.back() == "a2");
  bench.submit("b");
  CHECK(bench.refused.back() == "b3");
  CHECK(bench.finish() == Names{"a1", "b1", "c1", "b2"});
}

TEST_CASE("reads, mutations and watches are counted apart, and 0 is no limit") {
  Bench bench({.reads = 1, .mutations = 2, .watches = 0});
  for (int i = 0; i < 3; ++i) bench.submit("r", Kind::kRead);
  for (int i = 0; i < 3; ++i) bench.submit("m", Kind::kMutation);
  for (int i = 0; i < 300; ++i) bench.submit("w", Kind::kWatch);
  CHECK(bench.refused == Names{"r2", "r3", "m3"});
  CHECK(bench.finish().size() == 303);
}

TEST_CASE("a place is free again once its request is done") {
  Executor workers({"worker", 1, 10});
  Executor reserve({"reserve", 1, 10});
  FairQueue queue(workers, reserve, {.reads = 1, .mutations = 1, .watches = 0});
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    std::promise<void> ran;
    bool taken = false;
    // The worker gives the place back just after the request's end.
    while (!taken) {
      taken = true;
      submit_to(
          queue, Kind::kRead, "a", false, [&ran](const FairQueue::Place&) { ran.set_value(); },
          [&] {
            taken = false;
            ++refused;
          });
    }
    ran.get_future().wait();
  }
  SUCCEED(refused << " had to come again");
}

TEST_CASE("the privileged are never refused, and do not wait for workers that hang") {
  Bench bench({.reads = 1, .mutations = 1, .watches = 0});
  for (int i = 0; i < 2; ++i) bench.submit("a");
  for (int i = 0; i < 50; ++i) bench.submit("admin", Kind::kRead, true);
  bench.reserve().close();
  CHECK(bench.has_run("admin50"));
  CHECK_FALSE(bench.has_run("a1"));
  CHECK(bench.refused == Names{"a2"});
  bench.finish();
}

TEST_CASE("the privileged go to the workers as long as one is free") {
  Executor workers({"worker", 2, 10});
  Executor reserve({"reserve", 1, 10});
  FairQueue queue(workers, reserve, {.reads = 0, .mutations = 0, .watches = 0});
  const auto submit = [&queue](std::promise<Executor*>& ran, std::shared_future<void> end = {}) {
    submit_to(
        queue, Kind::kRead, "admin", true,
        [&ran, end = std::move(end)](const FairQueue::Place& place) {
          ran.set_value(&place.executor());
          if (end.valid()) end.wait();
        },
        [] {});
    return ran.get_future();
  };
  std::promise<void> end;
  const std::shared_future<void> ended = end.get_future().share();
  std::promise<Executor*> first;
  std::promise<Executor*> second;
  std::promise<Executor*> third;
  CHECK(submit(first, ended).get() == &workers);
  CHECK(submit(second, ended).get() == &workers);
  // Nobody waits, but it would.
  std::future<Executor*> last = submit(third);
  end.set_value();
  CHECK(last.get() == &reserve);
}

TEST_CASE(
    "where the workers' own queue is full, one request is refused for each that is too many") {
  Bench bench({.reads = 0, .mutations = 0, .watches = 0}, 3);
  for (int i = 0; i < 5; ++i) bench.submit("a");
  CHECK(bench.refused == Names{"a4", "a5"});
  CHECK(bench.finish() == Names{"a1", "a2", "a3"});
}
