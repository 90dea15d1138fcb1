#include "transport/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "transport/sockets.h"
#include "transport/thread_begin.h"

namespace annex::transport {
namespace {

constexpr std::uint64_t kInbox = 0;
constexpr std::uint64_t kListening = 1;

void set_options(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // As upstream's: a peer that vanished in the midst of a watch is noticed in some minutes.
  const int seconds = 180;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
}

}  // namespace

Acceptor::Acceptor(int listening, Census& census, util::Clock& clock, util::Logger& logger,
                   std::function<void(Accepted)> spread)
    : listening_(listening),
      census_(census),
      clock_(clock),
      logger_(logger),
      spread_(std::move(spread)),
      inbox_(std::make_shared<Inbox>()),
      loop_(EventLoop::make()) {}

Acceptor::~Acceptor() {
  stop();
  join();
  if (listening_ >= 0) ::close(listening_);
}

bool Acceptor::start() {
  if (!loop_ || inbox_->descriptor() < 0) return false;
  inbox_watch_ = loop_->watch(inbox_->descriptor(), kInbox);
  listening_watch_ = loop_->watch(listening_, kListening);
  if (!inbox_watch_ || !listening_watch_) return false;
  inbox_watch_->want(EventLoop::kRead);
  listening_watch_->want(EventLoop::kRead);
  thread_ = std::thread([this] { run(); });
  return true;
}

void Acceptor::join() {
  if (thread_.joinable()) thread_.join();
}

void Acceptor::run() {
  begin_thread("annex-accept");
  const auto jumps = clock_.on_jump([inbox = inbox_] { inbox->nudge(); });
  Inbox::Content content;
  while (true) {
    const auto limit = wait_time(clock_.now());
    const auto& ready = loop_->wait(inbox_->sleep() ? limit : util::Duration::zero());
    inbox_->rise();
    const bool called = std::any_of(ready.begin(), ready.end(),
                                    [](const auto& one) { return one.id == kListening; });
    const util::TimePoint now = clock_.now();
    inbox_->take(content);
    if (content.stop) break;
    if (again_ && now >= *again_) {
      again_.reset();
      listening_watch_->want(EventLoop::kRead);
    }
    if (called) accept(now);
  }
  listening_watch_.reset();
  inbox_watch_.reset();
  ::close(std::exchange(listening_, -1));
}

std::optional<util::Duration> Acceptor::wait_time(util::TimePoint now) const {
  if (!again_) return std::nullopt;
  return std::max(*again_ - now, util::Duration::zero());
}

void Acceptor::accept(util::TimePoint now) {
  // A few at a time, so that a storm of connects does not keep the end from being seen.
  for (int i = 0; i < 64; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int socket = ::accept4(listening_, reinterpret_cast<sockaddr*>(&peer), &size,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      Accepted accepted{socket, address_text(peer), {}};
      accepted.place = census_.admit(accepted.address);
      if (!accepted.place) {
        ::close(socket);
        continue;
      }
      set_options(socket);
      spread_(std::move(accepted));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The socket stays readable: looking away for a moment keeps the loop from spinning.
      logger_.warning("no descriptors for new connections");
      listening_watch_->want(EventLoop::kNothing);
      again_ = now + std::chrono::milliseconds(100);
    }
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

}  // namespace annex::transport
