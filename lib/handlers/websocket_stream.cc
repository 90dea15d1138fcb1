#include "handlers/websocket_stream.h"

#include <utility>

namespace annex::handlers {
namespace {

/// How long a client may take to answer a CLOSE.
constexpr util::Duration kCloseTime = std::chrono::seconds(5);

}  // namespace

void WebSocketStream::start(http::Waker waker) {
  waker_ = std::move(waker);
  events_->start(waker_);
}

bool WebSocketStream::receive(std::string_view bytes) {
  reader_.feed(bytes);
  if (reader_.closed()) tell_end();
  waker_.wake();
  return true;
}

void WebSocketStream::tell_end() {
  if (receiver_ != nullptr && !std::exchange(told_end_, true)) receiver_->receive_end();
}

void WebSocketStream::receive_end() {
  gone_ = true;
  tell_end();
  waker_.wake();
}

void WebSocketStream::append_close(std::string& frames, std::uint16_t code) {
  append_websocket_head(frames, WebSocketOpcode::kClose, 2);
  frames += static_cast<char>(code >> 8U);
  frames += static_cast<char>(code & 0xffU);
}

void WebSocketStream::append_messages(std::string& frames) {
  if (form_ == Form::kBytes) {
    if (pulled_.empty()) return;
    append_websocket_head(frames, WebSocketOpcode::kBinary, pulled_.size());
    frames += std::exchange(pulled_, {});
    return;
  }
  const bool counted = form_ == Form::kCounted;
  std::size_t at = 0;
  while (at < pulled_.size()) {
    std::size_t size = 0;
    if (counted) {
      // The length is of a stream, where messages have no bounds of their own.
      if (pulled_.size() - at < 4) break;
      for (std::size_t i = 0; i < 4; ++i) {
        size = size << 8U | static_cast<unsigned char>(pulled_[at + i]);
      }
      if (pulled_.size() - at - 4 < size) break;
      at += 4;
    } else {
      const std::size_t end = pulled_.find('\n', at);
      if (end == std::string::npos) break;
      size = end + 1 - at;
    }
    append_websocket_head(frames, counted ? WebSocketOpcode::kBinary : WebSocketOpcode::kText,
                          size);
    frames.append(pulled_, at, size);
    at += size;
  }
  pulled_.erase(0, at);
}

http::Pull WebSocketStream::pull(std::size_t room, util::TimePoint now, util::Chunks& out) {
  if (gone_) return http::Pull::kAbort;
  std::string frames;
  http::Pull result = http::Pull::kWait;
  if (const auto ping = reader_.take_ping()) {
    append_websocket_head(frames, WebSocketOpcode::kPong, ping->size());
    frames += *ping;
  }
  if (reader_.closed()) {
    if (!ended_) append_close(frames, reader_.close_code());
    result = http::Pull::kAbort;
  } else if (ended_) {
    if (now >= *give_up_) result = http::Pull::kAbort;
  } else {
    util::Chunks events;
    result = events_->pull(room, now, events);
    pulled_ += events.join();
    append_messages(frames);
    if (result == http::Pull::kEnd || result == http::Pull::kAbort) {
      append_close(frames, result == http::Pull::kEnd ? 1000 : 1011);
      ended_ = true;
      give_up_ = now + kCloseTime;
      result = http::Pull::kWait;
    }
  }
  if (!frames.empty()) {
    out.append(std::move(frames));
    if (result == http::Pull::kWait) result = http::Pull::kWrote;
  }
  return result;
}

std::optional<util::TimePoint> WebSocketStream::wake_at() const {
  return ended_ ? give_up_ : events_->wake_at();
}

}  // namespace annex::handlers
