// The listener: a TLS port that speaks HTTP/1.1 and HTTP/2 to an http::Service.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "annex/http/service.h"
#include "annex/transport/tls_options.h"
#include "annex/util/clock.h"
#include "annex/util/logger.h"
#include "annex/util/result.h"

namespace annex::transport {

/// So many at once, and after that so many each second.
struct Rate {
  std::uint64_t burst = 0;        ///< so many at once
  std::uint64_t each_second = 0;  ///< and so many more
};

/// What peers may take. Every limit has a default that suits a server behind an aggregator.
struct Limits {
  std::size_t header_bytes = 1 << 20;  ///< of one request's head; more is answered with 431
  std::size_t header_fields = 1000;    ///< lines of one request's head; more is answered with 431
  std::uint32_t concurrent_streams = 1000;  ///< of one HTTP/2 connection
  // Of one HTTP/2 connection, which ends where a peer exceeds one of them.
  Rate resets{1000, 33};                     ///< of streams, by the peer or by its faults
  Rate control_frames{1000, 100};            ///< PING, SETTINGS and PRIORITY
  Rate empty_frames{100, 10};                ///< DATA without a byte
  Rate window_updates{2000, 100};            ///< and some for each frame of data that was sent
  std::size_t pipelined_bytes = 64 << 10;    ///< read ahead of an unfinished HTTP/1.1 answer
  std::size_t output_high_water = 64 << 10;  ///< bytes waiting for the socket before pulling stops
  /// Held for all requests that arrive or are being answered, of all connections; a request that
  /// needs more is answered with 429. The first 8 KiB of each connection are free.
  std::size_t request_bytes = 256 << 20;
  std::size_t connections = 20000;  ///< in total; more are closed at once
  /// From one address; more are closed at once. 0: any number, since behind an aggregator all come
  /// from one.
  std::size_t connections_of_one_address = 0;
  util::Duration handshake_time = std::chrono::seconds(10);  ///< TLS, and then HTTP/2's preface
  util::Duration header_time = std::chrono::seconds(32);  ///< until a request has all its headers
  util::Duration body_stall_time = std::chrono::seconds(30);  ///< between two pieces of a body
  /// A peer that takes less than 1 KiB of what is ready for it in this time is cut off.
  util::Duration write_stall_time = std::chrono::seconds(30);
  util::Duration idle_time = std::chrono::seconds(90);  ///< without a request
  /// How long the peer of an upgraded connection may go on once the server has ended its half.
  util::Duration half_closed_time = std::chrono::seconds(30);
  /// A connection is drained after this and up to an eighth more, so that its client finds another
  /// replica; 0: never.
  util::Duration connection_age{};
};

/// Where a listener listens, and what it puts up with.
struct ListenerOptions {
  std::string bind_address = "0.0.0.0";  ///< an IPv4 or IPv6 address
  std::uint16_t port = 0;                ///< 0: any free one
  std::size_t io_threads = 2;            ///< that share the connections
  /// Lets other processes bind the same port (SO_REUSEPORT).
  bool share_port = false;
  ServingCertificates certificates{};  ///< shown in handshakes
  TlsOptions tls{};                    ///< versions, suites, curves
  Limits limits{};                     ///< what peers may take
};

/// Owns the port, its IO threads and their connections; a connection never changes its thread.
/// Owned by the server. All functions: any thread but an IO thread; stop and the destructor join.
class Listener {
 public:
  /// Binds, and begins to serve. `service`, `clock` and `logger` outlive the listener, and the
  /// service outlives every answer that it owes. ServiceUnavailable: the port cannot be bound;
  /// BadRequest: the certificate or key cannot be used.
  static Result<std::unique_ptr<Listener>> open(const ListenerOptions& options,
                                                http::Service& service, util::Clock& clock,
                                                util::Logger& logger);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The port that is bound.
  std::uint16_t port() const;
  /// Serves new connections with other certificates; those that are open keep theirs. BadRequest,
  /// and nothing changes, if they cannot be used.
  Result<void> reload(const ServingCertificates& certificates);
  /// Closes the port, tells every peer (GOAWAY, Connection: close), and returns once all answers
  /// are out or `until` (of the listener's clock) has passed. Connections that are left stay open
  /// for stop().
  void drain(util::TimePoint until);
  /// Closes everything and joins the threads. Idempotent.
  void stop();
  /// Connections that are open now.
  std::size_t connections() const;

 private:
  class Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace annex::transport
