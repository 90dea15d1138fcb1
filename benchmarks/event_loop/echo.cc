// What an event loop costs: one-byte echoes over socket pairs, by bare epoll, libev and libuv.
//   g++ -O2 -std=c++20 echo.cc -lev -luv -o echo && ./echo [ROUNDS]
// Each round runs all three, one after the other in a shuffled order, 4,000 echoes each; other work
// on the machine then falls on all alike. One line for each number of pairs: the median CPU time of
// an echo (the peer's half included), and of each library the median of its rounds' ratios to epoll
// with the quartiles.
#include <ev.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

namespace {

constexpr long kEchoes = 4'000;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Pair {
  int fds[2]{};
  ev_io ev_watcher{};
  uv_poll_t uv_watcher{};
};

long left = 0;
double used = 0;

// Echoes at the watched end, then sends the next byte into the other end.
bool echo(Pair& pair) {
  char byte = 0;
  if (read(pair.fds[0], &byte, 1) != 1 || write(pair.fds[0], &byte, 1) != 1) return false;
  if (read(pair.fds[1], &byte, 1) != 1 || write(pair.fds[1], &byte, 1) != 1) return false;
  return --left > 0;
}

/// Only the loop itself is measured, not how it is set up and taken down.
template <typename Loop>
void measured(Loop loop) {
  const double begin = cpu_seconds();
  loop();
  used = (cpu_seconds() - begin) / static_cast<double>(kEchoes) * 1e9;
}

void by_epoll(std::vector<Pair>& pairs) {
  const int loop = epoll_create1(0);
  for (Pair& pair : pairs) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &pair;
    epoll_ctl(loop, EPOLL_CTL_ADD, pair.fds[0], &event);
  }
  measured([&] {
    epoll_event events[256];
    for (bool go_on = true; go_on;) {
      const int count = epoll_wait(loop, events, 256, -1);
      for (int i = 0; i < count && go_on; ++i) {
        go_on = echo(*static_cast<Pair*>(events[i].data.ptr));
      }
    }
  });
  close(loop);
}

void by_libev(std::vector<Pair>& pairs) {
  struct ev_loop* loop = ev_loop_new(EVBACKEND_EPOLL);
  for (Pair& pair : pairs) {
    ev_io_init(
        &pair.ev_watcher,
        [](struct ev_loop* owner, ev_io* watcher, int) {
          if (!echo(*static_cast<Pair*>(watcher->data))) ev_break(owner, EVBREAK_ALL);
        },
        pair.fds[0], EV_READ);
    pair.ev_watcher.data = &pair;
    ev_io_start(loop, &pair.ev_watcher);
  }
  measured([&] { ev_run(loop, 0); });
  ev_loop_destroy(loop);
}

void by_libuv(std::vector<Pair>& pairs) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  for (Pair& pair : pairs) {
    uv_poll_init(&loop, &pair.uv_watcher, pair.fds[0]);
    pair.uv_watcher.data = &pair;
    uv_poll_start(&pair.uv_watcher, UV_READABLE, [](uv_poll_t* watcher, int, int) {
      if (!echo(*static_cast<Pair*>(watcher->data))) uv_stop(watcher->loop);
    });
  }
  measured([&] { uv_run(&loop, UV_RUN_DEFAULT); });
  for (Pair& pair : pairs) uv_close(reinterpret_cast<uv_handle_t*>(&pair.uv_watcher), nullptr);
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
}

double measure(void (*run)(std::vector<Pair>&), int size) {
  std::vector<Pair> pairs(static_cast<std::size_t>(size));
  for (Pair& pair : pairs) {
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.fds);
    (void)!write(pair.fds[1], "x", 1);
  }
  left = kEchoes;
  run(pairs);
  for (const Pair& pair : pairs) {
    close(pair.fds[0]);
    close(pair.fds[1]);
  }
  return used;
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 201;
  constexpr std::array<void (*)(std::vector<Pair>&), 3> kLoops = {by_epoll, by_libev, by_libuv};
  std::mt19937 random(1);
  for (const int size : {1, 16, 256}) {
    std::array<std::vector<double>, 3> times;
    std::array<std::vector<double>, 3> ratios;
    std::array<std::size_t, 3> order = {0, 1, 2};
    for (int round = 0; round < rounds; ++round) {
      std::shuffle(order.begin(), order.end(), random);
      for (const std::size_t i : order) times[i].push_back(measure(kLoops[i], size));
      for (std::size_t i = 0; i < 3; ++i) ratios[i].push_back(times[i].back() / times[0].back());
    }
    std::printf("pairs %3d  epoll %5.0f ns", size, quantile(times[0], 0.5));
    for (const std::size_t i : {1U, 2U}) {
      std::printf("  %s %5.0f ns %+5.1f %% (%+.1f to %+.1f)", i == 1 ? "libev" : "libuv",
                  quantile(times[i], 0.5), (quantile(ratios[i], 0.5) - 1) * 100,
                  (quantile(ratios[i], 0.25) - 1) * 100, (quantile(ratios[i], 0.75) - 1) * 100);
    }
    std::printf("\n");
  }
}
