// The WebSocket protocol (RFC 6455), as far as a server that speaks and does not listen needs it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "annex/http/duplex.h"
#include "annex/http/request.h"
#include "annex/http/response.h"
#include "annex/util/result.h"

namespace annex::handlers {

/// True if the client asks to leave HTTP for WebSocket.
bool is_websocket_request(const http::Request& request);
/// The upgrade to `duplex`. BadRequest: the client's handshake is malformed. Of the subprotocols
/// that it offers it gets the first that carries no token.
Result<http::Response> accept_websocket(const http::Request& request,
                                        std::unique_ptr<http::Duplex> duplex);

enum class WebSocketOpcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

/// Appends the head of an unmasked frame that is a whole message.
void append_websocket_head(std::string& out, WebSocketOpcode opcode, std::size_t size);

/// Reads what a client sends, and keeps none of it but control frames. Not synchronised.
class WebSocketReader {
 public:
  /// Gives what messages carry to `take`, as it comes; false from it closes with 1008.
  void deliver_to(std::function<bool(std::string_view bytes)> take) { take_ = std::move(take); }
  /// False once nothing more is to be read: the peer closed, or broke the protocol.
  bool feed(std::string_view bytes);
  /// What the newest PING that was not taken yet carried.
  std::optional<std::string> take_ping();
  bool closed() const { return closed_; }
  /// With what to close: the peer's own code, or 1002 where it broke the protocol.
  std::uint16_t close_code() const { return close_code_; }

 private:
  bool read_head();
  bool end_frame();
  bool fail();
  /// Unmasks what came of a message and gives it away.
  bool deliver(std::string_view bytes);

  std::function<bool(std::string_view)> take_;
  std::string head_;
  std::uint64_t left_ = 0;  ///< of the frame's payload
  std::size_t mask_at_ = 0;
  std::string mask_;
  std::string control_;
  WebSocketOpcode opcode_{};
  bool in_payload_ = false;
  bool final_ = true;
  bool in_message_ = false;  ///< a fragment is to follow
  std::optional<std::string> ping_;
  bool closed_ = false;
  std::uint16_t close_code_ = 1000;
};

}  // namespace annex::handlers
