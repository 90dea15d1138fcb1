// One outbound connection: TLS, and HTTP/1.1 messages written and read by cpp-httplib.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "http/patience.h"

namespace annex::http {

/// What all connections to one endpoint begin with. Immutable; any thread.
class ConnectionSettings {
 public:
  /// BadRequest: a certificate or the key cannot be used.
  static Result<std::shared_ptr<const ConnectionSettings>> make(const Endpoint& endpoint);
  virtual ~ConnectionSettings() = default;
};

/// Used by one call at a time.
class Connection {
 public:
  /// Takes `socket` over; shakes hands if the endpoint speaks TLS, with certificates that hold at
  /// `now`. ServiceUnavailable; Timeout.
  static Result<std::unique_ptr<Connection>> open(const ConnectionSettings& settings, int socket,
                                                  Patience& patience, util::TimePoint limit,
                                                  util::WallTime now);
  virtual ~Connection() = default;

  /// One request and its answer. `on_bytes`, if there is one, gets the body of a 200.
  virtual Result<Incoming> exchange(const Outgoing& request, std::size_t body_bytes,
                                    const std::function<bool(std::string_view)>& on_bytes,
                                    Patience& patience) = 0;
  /// True if another call may use it: the last answer is complete and the peer has not closed.
  virtual bool reusable() = 0;
  /// True if the last exchange got not a byte of an answer.
  virtual bool unanswered() const = 0;
  /// What the peer showed in the handshake, in DER and leaf first; empty without TLS.
  virtual std::vector<std::string> peer_chain() const = 0;
};

}  // namespace annex::http
