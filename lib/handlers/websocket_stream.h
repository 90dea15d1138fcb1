// A watch, or an upgraded stream of the program's own, as WebSocket messages.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "annex/http/duplex.h"
#include "handlers/websocket.h"

namespace annex::handlers {

/// Sends each event of a watch as a message: text for JSON, binary for protobuf; what the client
/// sends is ignored, but for PING and CLOSE. Or sends what a stream gives, in binary messages, and
/// gives it what messages carry, whose bounds are not kept. Owned by the connection.
class WebSocketStream final : public http::Duplex {
 public:
  /// `events`: whole events, in lines, or for protobuf each after its length in four bytes.
  WebSocketStream(std::unique_ptr<http::BodySource> events, bool protobuf)
      : form_(protobuf ? Form::kCounted : Form::kLines), events_(std::move(events)) {}
  explicit WebSocketStream(std::unique_ptr<http::Duplex> stream)
      : form_(Form::kBytes), receiver_(stream.get()), events_(std::move(stream)) {
    reader_.deliver_to([this](std::string_view bytes) { return receiver_->receive(bytes); });
  }

  void start(http::Waker waker) override;
  http::Pull pull(std::size_t room, util::TimePoint now, util::Chunks& out) override;
  std::optional<util::TimePoint> wake_at() const override;
  bool receive(std::string_view bytes) override;
  void receive_end() override;

 private:
  enum class Form { kLines, kCounted, kBytes };
  /// Cuts what was pulled into messages.
  void append_messages(std::string& frames);
  /// Lets the receiver know, once, that the client has ended.
  void tell_end();
  static void append_close(std::string& frames, std::uint16_t code);

  const Form form_;
  http::Duplex* const receiver_ = nullptr;  ///< of what the client sends; null: nobody
  const std::unique_ptr<http::BodySource> events_;
  http::Waker waker_;
  WebSocketReader reader_;
  std::string pulled_;  ///< the beginning of an event
  bool ended_ = false;  ///< the events are over and the client was told
  std::optional<util::TimePoint> give_up_;
  bool gone_ = false;
  bool told_end_ = false;  ///< the receiver knows that nothing more comes
};

}  // namespace annex::handlers
