#include "annex/transport/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "transport/io_thread.h"

namespace annex::transport {
namespace {

/// A listening socket, or the reason why there is none.
Result<int> bind_socket(const std::string& address, std::uint16_t port, bool share_port) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  auto* four = reinterpret_cast<sockaddr_in*>(&storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    size = sizeof *four;
  } else if (inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    size = sizeof *six;
  } else {
    return Error::bad_request("\"" + address + "\" is no IP address to bind");
  }
  const int socket = ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (socket >= 0) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (socket >= 0 && share_port) ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (socket < 0 || ::bind(socket, reinterpret_cast<sockaddr*>(&storage), size) != 0 ||
      ::listen(socket, SOMAXCONN) != 0) {
    const std::string reason = std::strerror(errno);
    if (socket >= 0) ::close(socket);
    return Error::unavailable("cannot listen on " + address + " port " + std::to_string(port) +
                              ": " + reason);
  }
  return socket;
}

std::uint16_t bound_port(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  return ntohs(storage.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in*>(&storage)->sin_port
                   : reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
}

}  // namespace

class Listener::Impl {
 public:
  Impl(const ListenerOptions& options, http::Service& service, util::Clock& clock,
       util::Logger& logger)
      : shared_{service, clock, logger, options.limits}, tls_(options.tls) {}
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void set_context(TlsContext context) {
    const util::MutexLock lock(shared_.mutex);
    shared_.context = std::move(context);
  }

  bool start(int socket, std::size_t threads) {
    port_ = bound_port(socket);
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
      // Only the first thread accepts, so the turn needs no lock.
      threads_.push_back(
          std::make_unique<IoThread>(shared_, i == 0 ? socket : -1, [this](Accepted accepted) {
            threads_[turn_++ % threads_.size()]->inbox().add(std::move(accepted));
          }));
    }
    for (std::size_t i = threads_.size(); i-- > 0;) {
      if (!threads_[i]->start()) return false;
    }
    return true;
  }

  void drain(util::TimePoint until) {
    for (const auto& thread : threads_) thread->inbox().drain();
    shared_.census.wait_until_empty(shared_.clock, until);
  }

  void stop() {
    for (const auto& thread : threads_) {
      thread->inbox().drain();
      thread->inbox().stop();
    }
    for (const auto& thread : threads_) thread->join();
  }

  Result<void> reload(const ServingCertificates& certificates) {
    auto context = make_tls_context(certificates, tls_);
    if (!context) return context.error();
    set_context(std::move(*context));
    return {};
  }

  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return shared_.census.count(); }

 private:
  Shared shared_;
  const TlsOptions tls_;
  std::uint16_t port_ = 0;
  std::size_t turn_ = 0;
  std::vector<std::unique_ptr<IoThread>> threads_;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(ListenerOptions options, http::Service& service,
                                                 util::Clock& clock, util::Logger& logger) {
  auto context = make_tls_context(options.certificates, options.tls);
  if (!context) return context.error();
  auto socket = bind_socket(options.bind_address, options.port, options.share_port);
  if (!socket) return socket.error();
  auto impl = std::make_unique<Impl>(options, service, clock, logger);
  impl->set_context(std::move(*context));
  if (!impl->start(*socket, options.io_threads)) {
    return Error::unavailable("no descriptors for the listener's threads");
  }
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

std::uint16_t Listener::port() const { return impl_->port(); }

Result<void> Listener::reload(const ServingCertificates& certificates) {
  return impl_->reload(certificates);
}

void Listener::drain(util::TimePoint until) { impl_->drain(until); }
void Listener::stop() { impl_->stop(); }
std::size_t Listener::connections() const { return impl_->connections(); }

}  // namespace annex::transport
