#include "annex/util/executor.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <set>

using annex::util::CondVar;
using annex::util::Executor;
using annex::util::Mutex;
using annex::util::MutexLock;

TEST_CASE("tasks of one thread run in the order of their arrival") {
  std::vector<int> order;
  Executor executor({.name = "one", .threads = 1, .queue = 100});
  for (int i = 0; i < 50; ++i) REQUIRE(executor.try_post([&order, i] { order.push_back(i); }));
  executor.close();
  REQUIRE(order.size() == 50);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("a full queue refuses tasks, and takes them again once there is room") {
  std::promise<void> started;
  std::promise<void> release;
  std::atomic<int> ran = 0;
  Executor executor({.name = "full", .threads = 1, .queue = 2});
  REQUIRE(executor.try_post([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  std::promise<void> drained;
  CHECK(executor.try_post([&] { ++ran; }));
  CHECK(executor.try_post([&] { drained.set_value(); }));
  CHECK_FALSE(executor.try_post([&] { ran += 100; }));
  release.set_value();
  drained.get_future().wait();
  CHECK(executor.try_post([&] { ++ran; }));
  executor.close();
  CHECK(ran == 2);
}

TEST_CASE("closing runs what waits and refuses what comes after") {
  std::atomic<int> ran = 0;
  Executor executor({.name = "close", .threads = 2, .queue = 1000});
  for (int i = 0; i < 500; ++i) REQUIRE(executor.try_post([&] { ++ran; }));
  executor.close();
  CHECK(ran == 500);
  CHECK_FALSE(executor.try_post([&] { ++ran; }));
  executor.close();
  CHECK(ran == 500);
}

TEST_CASE("the destructor runs what waits") {
  std::atomic<int> ran = 0;
  {
    Executor executor({.name = "drop", .threads = 1, .queue = 10});
    for (int i = 0; i < 10; ++i) REQUIRE(executor.try_post([&] { ++ran; }));
  }
  CHECK(ran == 10);
}

TEST_CASE("tasks that block each other run on threads of their own") {
  std::promise<void> first;
  std::promise<void> second;
  Executor executor({.name = "pair", .threads = 2, .queue = 10});
  REQUIRE(executor.try_post([&] {
    first.set_value();
    second.get_future().wait();
  }));
  REQUIRE(executor.try_post([&] {
    first.get_future().wait();
    second.set_value();
  }));
  executor.close();
}

TEST_CASE("no more threads run than allowed") {
  Mutex mutex;
  std::set<std::thread::id> threads;
  Executor executor({.name = "few", .threads = 3, .queue = 1000});
  for (int i = 0; i < 300; ++i) {
    REQUIRE(executor.try_post([&] {
      const MutexLock lock(mutex);
      threads.insert(std::this_thread::get_id());
    }));
  }
  executor.close();
  CHECK(threads.size() <= 3);
}

TEST_CASE("a suspended task leaves its thread to others, and its rest is never refused") {
  Executor executor({.name = "rest", .threads = 1, .queue = 1});
  std::promise<void> suspended;
  std::promise<void> other;
  std::promise<void> rest;
  REQUIRE(executor.try_post([&] {
    executor.suspend();
    suspended.set_value();
  }));
  suspended.get_future().wait();
  REQUIRE(executor.try_post([&] { other.set_value(); }));
  other.get_future().wait();
  std::promise<void> blocked;
  std::promise<void> go;
  REQUIRE(executor.try_post([&] {
    blocked.set_value();
    go.get_future().wait();
  }));
  blocked.get_future().wait();
  REQUIRE(executor.try_post([] {}));
  CHECK_FALSE(executor.try_post([] {}));
  executor.resume([&] { rest.set_value(); });
  go.set_value();
  rest.get_future().wait();
}

TEST_CASE("the rest of a task gets a thread of its own where others block theirs") {
  Executor executor({.name = "more", .threads = 2, .queue = 100});
  std::promise<void> suspended;
  std::promise<void> blocked;
  std::promise<void> rest;
  REQUIRE(executor.try_post([&] {
    executor.suspend();
    suspended.set_value();
    blocked.get_future().wait();
  }));
  suspended.get_future().wait();
  executor.resume([&] { rest.set_value(); });
  rest.get_future().wait();
  blocked.set_value();
  executor.close();
}

TEST_CASE("tasks that all block each other all get a thread, however quickly they come") {
  constexpr int kThreads = 12;
  Executor executor({.name = "all", .threads = kThreads, .queue = 100});
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> here = 0;
    std::promise<void> all;
    std::shared_future<void> gathered = all.get_future().share();
    for (int i = 0; i < kThreads; ++i) {
      REQUIRE(executor.try_post([&here, &all, gathered] {
        if (++here == kThreads) all.set_value();
        gathered.wait();
      }));
    }
    gathered.wait();
    std::promise<void> left;
    REQUIRE(executor.try_post([&left] { left.set_value(); }));
    left.get_future().wait();
  }
}

TEST_CASE("tasks that come one at a time all run on the same thread, the one that was busy last") {
  constexpr std::size_t kThreads = 4;
  Executor executor({.name = "last", .threads = kThreads, .queue = 100});
  const auto all_sleep = [&executor] {
    while (executor.free_threads() != kThreads) std::this_thread::yield();
  };
  std::atomic<std::size_t> here = 0;
  std::promise<void> all;
  const std::shared_future<void> gathered = all.get_future().share();
  for (std::size_t i = 0; i < kThreads; ++i) {
    REQUIRE(executor.try_post([&here, &all, gathered] {
      if (++here == kThreads) all.set_value();
      gathered.wait();
    }));
  }
  gathered.wait();
  std::set<std::thread::id> threads;
  for (int i = 0; i < 50; ++i) {
    all_sleep();
    std::promise<std::thread::id> ran;
    if (i % 2 == 0) {
      REQUIRE(executor.try_post([&ran] { ran.set_value(std::this_thread::get_id()); }));
    } else {
      executor.suspend();
      executor.resume([&ran] { ran.set_value(std::this_thread::get_id()); });
    }
    threads.insert(ran.get_future().get());
  }
  CHECK(threads.size() == 1);
}

TEST_CASE("rests that all block each other all get a thread, however quickly they come") {
  constexpr int kThreads = 12;
  Executor executor({.name = "rests", .threads = kThreads, .queue = 100});
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> here = 0;
    std::promise<void> all;
    const std::shared_future<void> gathered = all.get_future().share();
    for (int i = 0; i < kThreads; ++i) executor.suspend();
    for (int i = 0; i < kThreads; ++i) {
      executor.resume([&here, &all, gathered] {
        if (++here == kThreads) all.set_value();
        gathered.wait();
      });
    }
    gathered.wait();
  }
}

TEST_CASE("an executor tells how many tasks it would begin at once") {
  Executor executor({.name = "free", .threads = 2, .queue = 100});
  CHECK(executor.free_threads() == 2);
  std::promise<void> started;
  std::promise<void> go;
  REQUIRE(executor.try_post([&] {
    started.set_value();
    go.get_future().wait();
  }));
  started.get_future().wait();
  CHECK(executor.free_threads() == 1);
  std::promise<void> second;
  std::promise<void> end;
  REQUIRE(executor.try_post([&] {
    second.set_value();
    end.get_future().wait();
  }));
  second.get_future().wait();
  CHECK(executor.free_threads() == 0);
  REQUIRE(executor.try_post([] {}));
  CHECK(executor.free_threads() == 0);
  go.set_value();
  end.set_value();
  executor.close();
}

TEST_CASE("whoever resumes the last task may come back when the executor is gone") {
  for (int round = 0; round < 200; ++round) {
    std::promise<Executor*> suspended;
    std::thread other([&suspended] { suspended.get_future().get()->resume([] {}); });
    {
      Executor executor({.name = "gone", .threads = 2, .queue = 100});
      REQUIRE(executor.try_post([&] {
        executor.suspend();
        suspended.set_value(&executor);
      }));
    }
    other.join();
  }
}

TEST_CASE("closing waits for what is suspended") {
  std::atomic<int> ran = 0;
  Executor executor({.name = "wait", .threads = 3, .queue = 100});
  std::promise<void> suspended;
  for (int i = 0; i < 50; ++i) {
    REQUIRE(executor.try_post([&, i] {
      executor.suspend();
      if (i == 49) suspended.set_value();
    }));
  }
  suspended.get_future().wait();
  std::thread closer([&] { executor.close(); });
  for (int i = 0; i < 50; ++i) executor.resume([&] { ++ran; });
  closer.join();
  CHECK(ran == 50);
}

TEST_CASE("an executor that got no task closes") {
  Executor executor({});
  executor.close();
}

TEST_CASE("a condition variable wakes with its mutex held") {
  Mutex mutex;
  CondVar changed;
  int value = 0;
  std::thread writer([&] {
    const MutexLock lock(mutex);
    value = 7;
    changed.notify_all();
  });
  {
    const MutexLock lock(mutex);
    while (value == 0) changed.wait(mutex);
    CHECK(value == 7);
  }
  writer.join();
}

TEST_CASE("a limited wait ends with the mutex held, as one that nobody notifies") {
  Mutex mutex;
  CondVar never;
  mutex.lock();
  while (never.wait_for(mutex, std::chrono::nanoseconds(1))) {
  }
  mutex.unlock();
}
