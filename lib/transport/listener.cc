#include "annex/transport/listener.h"

#include <algorithm>

#include "transport/acceptor.h"
#include "transport/io_thread.h"
#include "transport/sockets.h"

namespace annex::transport {
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
    acceptor_ = std::make_unique<Acceptor>(
        socket, shared_.census, shared_.clock, shared_.logger, [this](Accepted accepted) {
          threads_[turn_++ % threads_.size()]->inbox().add(std::move(accepted));
        });
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
      threads_.push_back(std::make_unique<IoThread>(shared_));
      if (!threads_.back()->start()) return false;
    }
    return acceptor_->start();
  }

  void drain(util::TimePoint until) {
    acceptor_->stop();
    for (const auto& thread : threads_) thread->inbox().drain();
    shared_.census.wait_until_empty(shared_.clock, until);
  }

  void stop() {
    if (acceptor_) acceptor_->stop();
    for (const auto& thread : threads_) {
      thread->inbox().drain();
      thread->inbox().stop();
    }
    if (acceptor_) acceptor_->join();
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
  std::size_t turn_ = 0;  ///< counted by the accepting thread alone
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::unique_ptr<Acceptor> acceptor_;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(const ListenerOptions& options,
                                                 http::Service& service, util::Clock& clock,
                                                 util::Logger& logger) {
  auto context = make_tls_context(options.certificates, options.tls);
  if (!context) return context.error();
  auto socket = listen_on(options.bind_address, options.port, options.share_port);
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
