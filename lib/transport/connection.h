// One socket with TLS and the protocol that was agreed on.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "transport/protocol.h"
#include "transport/tls_context.h"

namespace annex::transport {

/// Owns its socket. Lives on one IO thread, which calls everything.
class Connection {
 public:
  /// Takes over `socket`. Null if there is no memory for TLS.
  static std::unique_ptr<Connection> make(int socket, TlsContext context, Peer peer,
                                          util::TimePoint now);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }
  /// The socket can be read or written, or input is left over from before.
  void on_socket(util::TimePoint now);
  /// The socket is broken, or closed both ways.
  void on_hang_up(util::TimePoint now);
  void answer(std::uint64_t stream, std::optional<http::Response>&& response, util::TimePoint now);
  void wake(std::uint64_t stream, util::TimePoint now);
  void drain(util::TimePoint now);
  void expire(util::TimePoint now);
  /// Produces and writes what there is.
  void pump(util::TimePoint now);

  bool wants_read() const;
  bool wants_write() const { return wants_write_; }
  /// Input is left that the socket will not report: call on_socket() again soon.
  bool has_leftover() const { return leftover_ && wants_read(); }
  bool dead() const { return state_ == State::kDead; }
  std::optional<util::TimePoint> deadline() const;

 private:
  enum class State { kHandshake, kOpen, kLinger, kDead };

  Connection(int socket, TlsContext context, SSL* ssl, Peer peer, util::TimePoint now);
  void handshake(util::TimePoint now);
  void read(util::TimePoint now);
  void linger();
  void end_output();
  bool write(util::TimePoint now);
  void begin_linger(util::TimePoint now);

  const int socket_;
  const TlsContext context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  Peer peer_;
  std::unique_ptr<Protocol> protocol_;
  State state_ = State::kHandshake;
  std::string out_;
  std::size_t written_ = 0;
  std::size_t progress_ = 0;  ///< bytes written since `since_`
  bool wants_write_ = false;
  bool leftover_ = false;
  bool input_ended_ = false;
  bool output_ended_ = false;
  bool draining_ = false;
  std::optional<util::TimePoint> drain_at_;  ///< it is old then
  util::TimePoint since_;  ///< of the handshake, of the lingering, or of writing getting on
};

}  // namespace annex::transport
