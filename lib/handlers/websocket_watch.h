// A watch as WebSocket messages.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "annex/http/duplex.h"
#include "handlers/websocket.h"

namespace annex::handlers {

/// Sends each event of a watch as a message: text for JSON, binary for protobuf. What the client
/// sends is ignored, but for PING and CLOSE. Owned by the connection.
class WebSocketWatch final : public http::Duplex {
 public:
  /// `events`: whole events, in lines, or for protobuf each after its length in four bytes.
  WebSocketWatch(std::unique_ptr<http::BodySource> events, bool protobuf)
      : events_(std::move(events)), protobuf_(protobuf) {}

  void start(http::Waker waker) override;
  http::Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) override;
  std::optional<util::TimePoint> wake_at() const override;
  bool receive(std::string_view bytes) override;
  void receive_end() override;

 private:
  /// Cuts what was pulled into messages.
  void append_messages(std::string& frames);
  static void append_close(std::string& frames, std::uint16_t code);

  std::unique_ptr<http::BodySource> events_;
  const bool protobuf_;
  http::Waker waker_;
  WebSocketReader reader_;
  std::string pulled_;  ///< the beginning of an event
  bool ended_ = false;  ///< the events are over and the client was told
  std::optional<util::TimePoint> give_up_;
  bool gone_ = false;
};

}  // namespace annex::handlers
