// What a connection needs of HTTP/1.1 and of HTTP/2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "annex/http/service.h"
#include "annex/transport/listener.h"
#include "http/date.h"
#include "transport/budget.h"
#include "transport/inbox.h"

namespace annex::transport {

/// What all streams of a connection share. Owned by the connection.
struct Peer {
  http::Service& service;
  const Limits& limits;
  util::Clock& clock;
  Budget& budget;
  std::shared_ptr<Inbox> inbox;
  http::DateText& date;  ///< of the IO thread
  std::uint64_t connection = 0;
  std::string address{};
  http::PeerChain chain{};

  /// Gives a request to the service; its answer comes back through the inbox.
  void serve(http::Request&& request, std::uint64_t stream) const;
  http::Waker waker(std::uint64_t stream) const {
    return http::Waker(inbox, http::WakeId{connection, stream});
  }
};

/// One HTTP connection above TLS. All calls from its IO thread.
class Protocol {
 public:
  Protocol() = default;
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol() = default;

  virtual void feed(std::string_view bytes, util::TimePoint now) = 0;
  /// The peer will send no more.
  virtual void feed_end(util::TimePoint now) = 0;
  virtual bool wants_input() const = 0;
  virtual void answer(std::uint64_t stream, std::optional<http::Response>&& response,
                      util::TimePoint now) = 0;
  virtual void wake(std::uint64_t stream, util::TimePoint now) = 0;
  /// Appends output until `out` holds about `room` bytes more, or there is none.
  virtual void produce(std::string& out, std::size_t room, util::TimePoint now) = 0;
  virtual std::optional<util::TimePoint> deadline() const = 0;
  virtual void expire(util::TimePoint now) = 0;
  virtual void drain(util::TimePoint now) = 0;
  /// As drain(), but its peer may be about to ask: none of its requests meets a closed door.
  virtual void retire(util::TimePoint now) { drain(now); }
  /// True once all output is produced and nothing will follow: flush and close.
  virtual bool finished() const = 0;

  /// True once nothing will follow, although the peer may still have something to say.
  virtual bool output_ended() const { return false; }
  /// How many requests were given to the service.
  std::uint64_t requests() const { return requests_; }

 protected:
  std::uint64_t requests_ = 0;
};

std::unique_ptr<Protocol> make_http1(const Peer& peer, util::TimePoint now);
/// Null if the library refuses.
std::unique_ptr<Protocol> make_http2(const Peer& peer, util::TimePoint now);

}  // namespace annex::transport
