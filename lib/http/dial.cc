#include "http/dial.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace annex::http {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

struct Found {
  Addresses addresses{nullptr, ::freeaddrinfo};
  int fault = 0;
};

Found look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  Found found;
  found.fault = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first);
  found.addresses.reset(first);
  return found;
}

/// A look-up that outlives its caller if that has no patience left.
struct LookUp {
  LookUp() : done(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~LookUp() {
    if (done >= 0) ::close(done);
  }
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;

  const int done;
  util::Mutex mutex;
  Found found ANNEX_GUARDED_BY(mutex){};
};

Error wait_error(Wake wake, const std::string& what) {
  return wake == Wake::kStopped ? stopped_error() : late_error(what);
}

Result<int> connect_one(const addrinfo& address, const std::string& name, Patience& patience,
                        util::TimePoint limit) {
  const auto refuse = [&](int fault) {
    return Error::unavailable("dial tcp " + name +
                              ": connect: " + std::generic_category().message(fault));
  };
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return refuse(errno);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return socket;
  int fault = errno;
  if (fault == EINPROGRESS) {
    if (const Wake wake = patience.wait(socket, POLLOUT, limit); wake != Wake::kReady) {
      ::close(socket);
      return wait_error(wake, "connecting to " + name);
    }
    socklen_t size = sizeof fault;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &fault, &size);
    if (fault == 0) return socket;
  }
  ::close(socket);
  return refuse(fault);
}

}  // namespace

Dialler::Dialler(util::Clock& clock, util::Duration connect_time)
    : clock_(clock), connect_time_(connect_time), resolver_({"annex-resolve", 1, 64}) {}

Dialler::~Dialler() { closing_ = true; }

Result<int> Dialler::connect(const std::string& host, std::uint16_t port, Patience& patience) {
  const std::string name =
      (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  Found found = look_up(host, port, AI_NUMERICHOST);
  if (found.fault != 0) {
    // The system's resolver knows no deadline, so it runs apart and may be left behind.
    const auto pending = std::make_shared<LookUp>();
    const bool posted = pending->done >= 0 && resolver_.try_post([this, pending, host, port] {
      if (closing_) return;
      Found answer = look_up(host, port, 0);
      {
        const util::MutexLock lock(pending->mutex);
        pending->found = std::move(answer);
      }
      const std::uint64_t one = 1;
      static_cast<void>(!::write(pending->done, &one, sizeof one));
    });
    if (!posted) return Error::unavailable("too many look-ups of " + host + " wait");
    if (const Wake wake = patience.wait(pending->done, POLLIN); wake != Wake::kReady) {
      return wait_error(wake, "looking up " + host);
    }
    const util::MutexLock lock(pending->mutex);
    found = std::move(pending->found);
  }
  if (found.fault != 0 || !found.addresses) {
    return Error::unavailable("lookup " + host + ": " + ::gai_strerror(found.fault));
  }
  Result<int> last = Error::unavailable("lookup " + host + ": no address");
  for (const addrinfo* address = found.addresses.get(); address; address = address->ai_next) {
    last = connect_one(*address, name, patience, clock_.now() + connect_time_);
    if (last) break;
  }
  return last;
}

}  // namespace annex::http
