// What arrives on an HTTP/2 connection, up to the service.
#include <utility>

#include "transport/http2_connection.h"
#include "transport/status_text.h"

namespace annex::transport {
namespace {

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return std::string_view(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace

Stream* Http2Connection::find(std::int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

/// Frames that cost their sender nothing and carry no request are counted.
int Http2Connection::on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user) {
  Http2Connection& me = self(user);
  bool allowed = true;
  switch (head->type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_CONTINUATION:  // counted by nghttp2, as are the resets
    case NGHTTP2_RST_STREAM:
      break;
    case NGHTTP2_DATA:
      if (head->length == 0 && (head->flags & NGHTTP2_FLAG_END_STREAM) == 0) {
        allowed = me.empty_frames_.spend(me.now_);
      }
      break;
    case NGHTTP2_PRIORITY:
      // nghttp2, told that priorities mean nothing here, looks at none of it.
      if (head->stream_id == 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
      allowed = me.control_frames_.spend(me.now_);
      break;
    case NGHTTP2_WINDOW_UPDATE:
      allowed = me.window_updates_.spend(me.now_);
      break;
    default:
      allowed = me.control_frames_.spend(me.now_);
  }
  if (allowed) return 0;
  me.flooded_ = true;
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

int Http2Connection::on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame,
                                      void* user) {
  if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  Http2Connection& me = self(user);
  const std::int32_t id = frame->hd.stream_id;
  if (me.peer_leaves_) {
    nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
    return 0;
  }
  // All streams take turns, whatever the peer would like.
  const nghttp2_extpri equal{NGHTTP2_EXTPRI_DEFAULT_URGENCY, 1};
  nghttp2_session_change_extpri_stream_priority(session, id, &equal, 1);
  auto arriving = std::make_unique<Arriving>();
  arriving->began = arriving->heard = me.now_;
  me.streams_[id].arriving = std::move(arriving);
  const Limits& limits = me.peer_.limits;
  const util::TimePoint due = me.now_ + std::min(limits.header_time, limits.body_stall_time);
  if (me.arriving_.empty() || due < me.arriving_due_) me.arriving_due_ = due;
  me.arriving_.insert(id);
  return 0;
}

int Http2Connection::on_header(nghttp2_session*, const nghttp2_frame* frame,
                               const std::uint8_t* name, std::size_t name_size,
                               const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                               void* user) {
  Http2Connection& me = self(user);
  Stream* stream = me.find(frame->hd.stream_id);
  if (stream == nullptr || !stream->arriving || stream->arriving->head_done) return 0;
  Arriving& arriving = *stream->arriving;
  arriving.header_bytes += name_size + value_size + 32;
  if (arriving.header_bytes > me.peer_.limits.header_bytes ||
      arriving.request.headers.size() >= me.peer_.limits.header_fields) {
    arriving.too_large = true;
    return 0;
  }
  const std::string_view key = text(name, name_size);
  const std::string_view content = text(value, value_size);
  if (key == ":method") {
    arriving.request.method = std::string(content);
  } else if (key == ":path") {
    arriving.path = std::string(content);
  } else if (key == ":authority") {
    arriving.authority = std::string(content);
  } else if (!key.empty() && key[0] != ':') {
    arriving.request.headers.add(std::string(key), std::string(content));
  }
  return 0;
}

int Http2Connection::on_data(nghttp2_session*, std::uint8_t, std::int32_t id,
                             const std::uint8_t* bytes, std::size_t size, void* user) {
  Http2Connection& me = self(user);
  Stream* stream = me.find(id);
  if (stream == nullptr || !stream->arriving) return 0;
  Arriving& arriving = *stream->arriving;
  if (size > 0) arriving.heard = me.now_;
  if (size > arriving.body_limit - arriving.data.size()) {
    me.refuse(id, *stream, 413, too_large_text(arriving.body_limit));
  } else if (!me.hold(*stream, stream->held + size)) {
    me.refuse(id, *stream, 429, "too many bytes of requests are held");
  } else {
    arriving.data.append(text(bytes, size));
  }
  return 0;
}

int Http2Connection::on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  Http2Connection& me = self(user);
  if (frame->hd.type == NGHTTP2_SETTINGS) me.preface_due_.reset();
  if (frame->hd.type == NGHTTP2_GOAWAY) me.peer_leaves_ = true;
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  const std::int32_t id = frame->hd.stream_id;
  Stream* stream = me.find(id);
  if (stream == nullptr) return 0;
  const bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (end) {
    stream->request_done = true;
    me.arriving_.erase(id);
  }
  if (frame->hd.type == NGHTTP2_HEADERS && stream->arriving && !stream->arriving->head_done) {
    me.head(id, *stream, end);
  }
  if (end && stream->arriving) me.dispatch(id, *stream);
  return 0;
}

int Http2Connection::on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
  Http2Connection& me = self(user);
  me.arriving_.erase(id);
  const auto found = me.streams_.find(id);
  if (found == me.streams_.end()) return 0;
  Stream& stream = found->second;
  // A request that was begun in vain, whichever side was made to reset it, cost us all the same.
  const bool in_vain = error != NGHTTP2_NO_ERROR && !stream.answered;
  me.hold(stream, 0);
  if (stream.body) --me.sending_;
  me.forget_timer(id, stream);
  me.streams_.erase(found);
  if (me.streams_.empty()) me.quiet_ = me.now_;
  if (in_vain && !me.resets_.spend(me.now_)) me.terminate(NGHTTP2_ENHANCE_YOUR_CALM);
  return 0;
}

void Http2Connection::head(std::int32_t id, Stream& stream, bool end) {
  Arriving& arriving = *stream.arriving;
  arriving.head_done = true;
  arriving.heard = now_;
  http::Request& request = arriving.request;
  stream.head_only = request.method == "HEAD";
  if (arriving.too_large) return refuse(id, stream, 431, "the request's head is too large");
  auto target = http::parse_target(arriving.path);
  if (!target) return refuse(id, stream, 400, target.error().message);
  request.target = std::move(*target);
  if (!arriving.authority.empty()) {
    const auto host = request.headers.first("host");
    if (host && !http::iequals(*host, arriving.authority)) {
      return refuse(id, stream, 400, "the authority of the request is not its Host");
    }
    if (!host) request.headers.add("Host", arriving.authority);
  }
  request.protocol = "HTTP/2.0";
  arriving.body_limit = peer_.service.body_limit(request);
  if (!hold(stream, arriving.header_bytes)) {
    return refuse(id, stream, 429, "too many bytes of requests are held");
  }
  if (const auto length = request.headers.first("content-length")) {
    // nghttp2 has refused a length that is no number; one that it can read may still be long.
    const bool long_number = length->size() > 18;
    if (long_number || std::stoull(std::string(*length)) > arriving.body_limit) {
      return refuse(id, stream, 413, too_large_text(arriving.body_limit));
    }
  }
  const auto expect = request.headers.first("expect");
  if (!end && expect && http::iequals(*expect, "100-continue")) submit_continue(id);
}

void Http2Connection::dispatch(std::int32_t id, Stream& stream) {
  const std::unique_ptr<Arriving> arriving = std::move(stream.arriving);
  http::Request& request = arriving->request;
  request.body = util::Bytes(std::move(arriving->data));
  request.remote_address = peer_.address;
  request.peer_chain = peer_.chain;
  request.received = now_;
  ++requests_;
  peer_.serve(std::move(request), static_cast<std::uint64_t>(id));
}

void Http2Connection::refuse(std::int32_t id, Stream& stream, int status, std::string message) {
  submit(id, stream, peer_.service.refusal(refusal_error(status, std::move(message)), status));
}

bool Http2Connection::hold(Stream& stream, std::size_t bytes) {
  if (!share_.hold(held_ - stream.held + bytes)) return false;
  held_ = held_ - stream.held + bytes;
  stream.held = bytes;
  return true;
}

}  // namespace annex::transport
