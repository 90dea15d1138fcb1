#include "cli/signals.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace annex::cli {
namespace {

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Signals::Signals() {
  signal(SIGPIPE, SIG_IGN);
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  end_ = eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || end_ < 0) {
    throw std::system_error(errno, std::generic_category(), "cannot listen for signals");
  }
}

Signals::~Signals() {
  if (watcher_.joinable()) {
    const std::uint64_t one = 1;
    while (::write(end_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    watcher_.join();
  }
  ::close(signals_);
  ::close(end_);
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool Signals::wait_or_end() {
  pollfd sources[] = {{signals_, POLLIN, 0}, {end_, POLLIN, 0}};
  while (true) {
    if (::poll(sources, 2, -1) < 0) continue;
    if ((sources[1].revents & POLLIN) != 0) return false;
    signalfd_siginfo info{};
    if (::read(signals_, &info, sizeof info) == sizeof info) return true;
  }
}

void Signals::wait() { wait_or_end(); }

void Signals::on_next(std::function<void()> act) {
  watcher_ = std::thread([this, act = std::move(act)] {
    if (wait_or_end()) act();
  });
}

}  // namespace annex::cli
