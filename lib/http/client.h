// The outbound HTTP client: calls to one endpoint, each within a deadline of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "annex/http/headers.h"
#include "annex/util/clock.h"
#include "annex/util/result.h"

namespace annex::http {

struct Endpoint {
  std::string host{};  ///< a name or an address, an IPv6 one without brackets
  std::uint16_t port = 443;
  bool tls = true;
  std::string server_name{};  ///< whom the certificate must name; empty: the host
  std::string ca_pem{};       ///< empty: the system's roots
  bool skip_verify = false;
  std::string certificate_pem{};  ///< the client's own chain, leaf first; may be empty
  std::string key_pem{};
};

struct ClientLimits {
  std::size_t calls = 64;             ///< at once, streams not counted; more wait for their turn
  std::size_t kept = 16;              ///< connections that wait for another call
  std::size_t body_bytes = 64 << 20;  ///< of one answer, streams aside
  util::Duration idle_time = std::chrono::seconds(90);
  util::Duration connect_time = std::chrono::seconds(30);  ///< to one address
  util::Duration handshake_time = std::chrono::seconds(10);
  util::Duration silence = std::chrono::seconds(30);  ///< of a stream
};

struct Outgoing {
  std::string method = "GET";
  std::string target{};  ///< path and query, encoded
  Headers headers{};     ///< Host and the framing are added
  std::string body{};
};

struct Incoming {
  int status = 0;
  Headers headers{};
  std::string body{};
};

/// HTTP/1.1 over TLS, with kept connections. Redirects are not followed. Owned by whoever calls;
/// stop it and let all calls end before it is destroyed. Any thread.
class Client {
 public:
  /// BadRequest: the certificates or the key cannot be used. `clock` outlives the client.
  static Result<std::unique_ptr<Client>> make(Endpoint endpoint, ClientLimits limits,
                                              util::Clock& clock);
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Blocks until the whole answer is there, at most until `deadline`. ServiceUnavailable: no
  /// answer could be had; `retry_after_seconds` is set if a connection broke after it was made.
  /// Timeout: `deadline` passed.
  virtual Result<Incoming> call(const Outgoing& request, util::TimePoint deadline) = 0;
  /// Gives the body of a 200 to `on_bytes` as it comes, on this thread; false from it ends the
  /// stream well. The body of any other status is in the answer. Timeout: silence.
  virtual Result<Incoming> stream(const Outgoing& request,
                                  const std::function<bool(std::string_view)>& on_bytes) = 0;
  /// Ends every running call; later ones fail at once. Idempotent.
  virtual void stop() = 0;
  virtual bool stopped() const = 0;
  /// Connections that wait for another call.
  virtual std::size_t kept() const = 0;

 protected:
  Client() = default;
};

}  // namespace annex::http
