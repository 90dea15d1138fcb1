#include "transport/io_thread.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace annex::transport {
namespace {

constexpr std::uint64_t kInbox = 0;
constexpr std::uint64_t kListening = 1;

std::string address_text(const sockaddr_storage& storage) {
  char text[INET6_ADDRSTRLEN] = {};
  if (storage.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, text,
              sizeof text);
  } else if (storage.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
      inet_ntop(AF_INET, &address.s6_addr[12], text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &address, text, sizeof text);
    }
  }
  return text;
}

}  // namespace

IoThread::IoThread(Shared& shared, int listening, std::function<void(Accepted)> spread)
    : shared_(shared),
      listening_(listening),
      spread_(std::move(spread)),
      inbox_(std::make_shared<Inbox>()),
      loop_(EventLoop::make()) {}

bool IoThread::start() {
  if (!loop_ || inbox_->descriptor() < 0) return false;
  inbox_watch_ = loop_->watch(inbox_->descriptor(), kInbox);
  if (!inbox_watch_) return false;
  inbox_watch_->want(EventLoop::kRead);
  if (listening_ >= 0) {
    listening_watch_ = loop_->watch(listening_, kListening);
    if (!listening_watch_) return false;
    listening_watch_->want(EventLoop::kRead);
  }
  thread_ = std::thread([this] { run(); });
  return true;
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  // Signals are the program's affair; a broken pipe is an error of write() here and nothing more.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "annex-io");
  const auto jumps = shared_.clock.on_jump([inbox = inbox_] { inbox->nudge(); });

  while (true) {
    const std::vector<EventLoop::Ready>& ready = loop_->wait(wait_time(shared_.clock.now()));
    const util::TimePoint now = shared_.clock.now();
    for (const auto& [id, broken] : ready) {
      if (id == kListening) accept(now);
      const auto found = connections_.find(id);
      if (found == connections_.end()) continue;
      if (broken) {
        found->second.interest = EventLoop::kNothing;
        found->second.connection->on_hang_up(now);
      } else {
        found->second.connection->on_socket(now);
      }
      settle(id, found->second);
    }
    for (const std::uint64_t id : std::exchange(leftovers_, {})) {
      const auto found = connections_.find(id);
      if (found == connections_.end()) continue;
      found->second.connection->on_socket(now);
      settle(id, found->second);
    }
    if (!take_inbox(now)) break;
    expire(now);
  }
  stop_listening();
  inbox_->close();
  inbox_watch_.reset();
  connections_.clear();
}

void IoThread::stop_listening() {
  listening_watch_.reset();
  if (listening_ >= 0) ::close(std::exchange(listening_, -1));
  accept_again_.reset();
}

std::optional<util::Duration> IoThread::wait_time(util::TimePoint now) const {
  if (!leftovers_.empty()) return util::Duration::zero();
  std::optional<util::TimePoint> due = accept_again_;
  if (!timers_.empty())
    due = std::min(due.value_or(timers_.begin()->first), timers_.begin()->first);
  if (!due) return std::nullopt;
  return std::max(*due - now, util::Duration::zero());
}

void IoThread::accept(util::TimePoint now) {
  // A few at a time: a storm of connects must not hold up those that are being served.
  for (int i = 0; i < 64 && listening_ >= 0; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int socket = ::accept4(listening_, reinterpret_cast<sockaddr*>(&peer), &size,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      Accepted accepted{socket, address_text(peer), {}};
      accepted.place = shared_.census.admit(accepted.address);
      if (!accepted.place) {
        ::close(socket);
        continue;
      }
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      // As upstream's: a peer that vanished in the midst of a watch is noticed in some minutes.
      const int seconds = 180;
      ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
      ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
      ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
      spread_(std::move(accepted));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The socket stays readable: looking away for a moment keeps the loop from spinning.
      shared_.logger.warning("no descriptors for new connections");
      listening_watch_->want(EventLoop::kNothing);
      accept_again_ = now + std::chrono::milliseconds(100);
    }
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

void IoThread::open(Accepted accepted, util::TimePoint now) {
  TlsContext context;
  {
    const util::MutexLock lock(shared_.mutex);
    context = shared_.context;
  }
  const std::uint64_t id = next_++;
  auto connection =
      Connection::make(accepted.socket, std::move(context),
                       Peer{shared_.service, shared_.limits, shared_.clock, shared_.budget, inbox_,
                            id, std::move(accepted.address), nullptr},
                       now);
  if (!connection) return;
  auto watch = loop_->watch(connection->socket(), id);
  if (!watch) return;
  Entry& entry = connections_[id];
  entry.place = std::move(accepted.place);
  entry.connection = std::move(connection);
  entry.watch = std::move(watch);
  entry.connection->on_socket(now);
  settle(id, entry);
}

bool IoThread::take_inbox(util::TimePoint now) {
  Inbox::Content content = inbox_->take();
  for (Accepted& accepted : content.accepted) open(std::move(accepted), now);
  if (content.stop) return false;
  if (content.drain) {
    stop_listening();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, entry] : connections_) ids.push_back(id);
    for (const std::uint64_t id : ids) {
      Entry& entry = connections_.at(id);
      entry.connection->drain(now);
      entry.connection->pump(now);
      settle(id, entry);
    }
  }
  // First everything that became ready, then one write for each connection.
  std::vector<std::uint64_t> touched;
  for (Inbox::Answer& answer : content.answers) {
    const auto found = connections_.find(answer.id.connection);
    if (found == connections_.end()) continue;
    found->second.connection->answer(answer.id.stream, std::move(answer.response), now);
    touched.push_back(answer.id.connection);
  }
  for (const http::WakeId& id : content.wakes) {
    const auto found = connections_.find(id.connection);
    if (found == connections_.end()) continue;
    found->second.connection->wake(id.stream, now);
    touched.push_back(id.connection);
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const std::uint64_t id : touched) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    found->second.connection->pump(now);
    settle(id, found->second);
  }
  return true;
}

void IoThread::settle(std::uint64_t id, Entry& entry) {
  Connection& connection = *entry.connection;
  if (connection.dead()) {
    if (entry.due) timers_.erase({*entry.due, id});
    connections_.erase(id);
    return;
  }
  const unsigned interest = (connection.wants_read() ? EventLoop::kRead : 0U) |
                            (connection.wants_write() ? EventLoop::kWrite : 0U);
  if (interest != entry.interest) {
    entry.interest = interest;
    entry.watch->want(interest);
  }
  if (connection.has_leftover()) leftovers_.push_back(id);
  // A timer that moves away is left to fire early and look again: that saves work a request.
  const auto due = connection.deadline();
  if (due && (!entry.due || *due < *entry.due)) {
    if (entry.due) timers_.erase({*entry.due, id});
    timers_.emplace(*due, id);
    entry.due = due;
  }
}

void IoThread::expire(util::TimePoint now) {
  if (accept_again_ && now >= *accept_again_) {
    accept_again_.reset();
    listening_watch_->want(EventLoop::kRead);
  }
  // Those that are due now, once each: one that becomes due again waits for the next round.
  std::vector<std::uint64_t> due_now;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    due_now.push_back(timers_.begin()->second);
    timers_.erase(timers_.begin());
  }
  for (const std::uint64_t id : due_now) {
    Entry& entry = connections_.at(id);
    entry.due.reset();
    const auto due = entry.connection->deadline();
    if (due && *due <= now) {
      entry.connection->expire(now);
      entry.connection->pump(now);
    }
    settle(id, entry);
  }
}

}  // namespace annex::transport
