#include "transport/http2_connection.h"

#include <algorithm>
#include <vector>

namespace annex::transport {
namespace {

/// Between the first GOAWAY and the one that names the last stream: a request may be on its way.
constexpr auto kGoawayGap = std::chrono::milliseconds(200);
// As upstream's for a stream. nghttp2 gives back at once what was read, so that these bound what is
// on the way and no more; what is held is bounded by the budget.
constexpr std::int32_t kConnectionWindow = 4 << 20;
constexpr std::uint32_t kStreamWindow = 256 << 10;
constexpr std::uint32_t kFrameSize = 256 << 10;

}  // namespace

Http2Connection::Http2Connection(const Peer& peer, util::TimePoint now)
    : peer_(peer),
      share_(peer.budget),
      resets_(peer.limits.resets, now),
      control_frames_(peer.limits.control_frames, now),
      empty_frames_(peer.limits.empty_frames, now),
      window_updates_(peer.limits.window_updates, now),
      now_(now),
      quiet_(now),
      preface_due_(now + peer.limits.handshake_time) {}

bool Http2Connection::open() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return false;
  if (nghttp2_option_new(&option) != 0) {
    nghttp2_session_callbacks_del(callbacks);
    return false;
  }
  nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  const Limits& limits = peer_.limits;
  nghttp2_option_set_stream_reset_rate_limit(option, limits.resets.burst,
                                             limits.resets.each_second);
  // As many continuations as the largest head needs in frames of the usual size, and some more.
  nghttp2_option_set_max_continuations(option, limits.header_bytes / 16384 + 8);
  nghttp2_option_set_no_closed_streams(option, 1);
  const int made = nghttp2_session_server_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  if (made != 0) return false;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrent_streams},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes)},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, kFrameSize},
      // No tree of dependencies that peers could grow.
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  return nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) == 0 &&
         nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) ==
             0;
}

void Http2Connection::feed(std::string_view bytes, util::TimePoint now) {
  now_ = now;
  const auto used = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (used >= 0) return;
  terminate(flooded_ || used == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM
                                                    : NGHTTP2_PROTOCOL_ERROR);
}

void Http2Connection::terminate(std::uint32_t error) {
  nghttp2_session_terminate_session(session_, error);
  broken_ = true;
}

void Http2Connection::produce(std::string& out, std::size_t room, util::TimePoint now) {
  now_ = now;
  const std::size_t full = out.size() + room;
  while (out.size() < full) {
    const std::uint8_t* bytes = nullptr;
    const auto size = nghttp2_session_mem_send(session_, &bytes);
    if (size < 0) broken_ = true;
    if (size <= 0) break;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
}

std::optional<util::TimePoint> Http2Connection::deadline() const {
  std::optional<util::TimePoint> due = preface_due_;
  const auto take = [&due](util::TimePoint time) { due = due ? std::min(*due, time) : time; };
  if (streams_.empty() && !closing_) take(quiet_ + peer_.limits.idle_time);
  if (goaway_at_) take(*goaway_at_);
  if (!arriving_.empty()) take(arriving_due_);
  if (sending_ > 0) take(stalled_due_);
  if (!timers_.empty()) take(timers_.begin()->first);
  return due;
}

void Http2Connection::expire(util::TimePoint now) {
  now_ = now;
  if (preface_due_ && now >= *preface_due_) {
    preface_due_.reset();
    terminate(NGHTTP2_SETTINGS_TIMEOUT);
  }
  if (streams_.empty() && !closing_ && now >= quiet_ + peer_.limits.idle_time) {
    closing_ = true;
    nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
  }
  if (goaway_at_ && now >= *goaway_at_) {
    goaway_at_.reset();
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
    last_goaway_ = true;
  }
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::int32_t id = timers_.begin()->second;
    resume(id, streams_.at(id));
  }
  if (!arriving_.empty() && now >= arriving_due_) expire_arriving();
  if (sending_ > 0 && now >= stalled_due_) expire_stalled();
}

void Http2Connection::expire_arriving() {
  const Limits& limits = peer_.limits;
  std::vector<std::int32_t> late;
  arriving_due_ = now_ + std::min(limits.header_time, limits.body_stall_time);
  for (const std::int32_t id : arriving_) {
    const Arriving& arriving = *streams_.at(id).arriving;
    const util::TimePoint due = arriving.head_done ? arriving.heard + limits.body_stall_time
                                                   : arriving.began + limits.header_time;
    if (due <= now_) {
      late.push_back(id);
    } else {
      arriving_due_ = std::min(arriving_due_, due);
    }
  }
  for (const std::int32_t id : late) {
    Stream& stream = streams_.at(id);
    if (stream.arriving->head_done) {
      refuse(id, stream, 408, "the request's body stopped arriving");
    } else {
      // An unfinished head blocks the whole connection.
      terminate(NGHTTP2_ENHANCE_YOUR_CALM);
    }
  }
}

void Http2Connection::expire_stalled() {
  const util::Duration limit = peer_.limits.write_stall_time;
  stalled_due_ = now_ + limit;
  const bool all_blocked = nghttp2_session_get_remote_window_size(session_) <= 0;
  for (const auto& [id, stream] : streams_) {
    // A stream that waits for its turn at the socket is not to blame: the socket has its own limit.
    if (!stream.body || stream.deferred ||
        (!all_blocked && nghttp2_session_get_stream_remote_window_size(session_, id) > 0)) {
      continue;
    }
    const util::TimePoint due = stream.moved + limit;
    if (due > now_) {
      stalled_due_ = std::min(stalled_due_, due);
    } else if (all_blocked) {
      return terminate(NGHTTP2_ENHANCE_YOUR_CALM);
    } else {
      nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_ENHANCE_YOUR_CALM);
    }
  }
}

void Http2Connection::drain(util::TimePoint now) {
  if (draining_) return;
  draining_ = true;
  nghttp2_submit_shutdown_notice(session_);
  goaway_at_ = now + kGoawayGap;
}

bool Http2Connection::finished() const {
  if (input_ended_) return true;
  const bool wants_write = nghttp2_session_want_write(session_) != 0;
  if (broken_ || (last_goaway_ && streams_.empty())) return !wants_write;
  return nghttp2_session_want_read(session_) == 0 && !wants_write;
}

std::unique_ptr<Protocol> make_http2(const Peer& peer, util::TimePoint now) {
  auto connection = std::make_unique<Http2Connection>(peer, now);
  if (!connection->open()) return nullptr;
  return connection;
}

}  // namespace annex::transport
