// What an HTTP/2 connection answers.
#include <algorithm>
#include <vector>

#include "http/date.h"
#include "transport/http2_connection.h"
#include "transport/status_text.h"

namespace annex::transport {
namespace {

/// An answer gets on if so much of it is sent within the limit for stalls.
constexpr std::uint32_t kProgress = 1024;
/// A peer may well give back its windows so often for each frame of data.
constexpr std::uint64_t kUpdatesEachFrame = 32;

nghttp2_nv field(std::string_view name, std::string_view value) {
  nghttp2_nv nv{};
  // nghttp2 copies both and writes through neither; its C type lacks the const.
  nv.name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
  nv.value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  nv.namelen = name.size();
  nv.valuelen = value.size();
  return nv;
}

/// The fields of one answer, in one piece of memory.
class FieldBlock {
 public:
  FieldBlock() {
    text_.reserve(512);
    sizes_.reserve(16);
  }

  void add(std::string_view name, std::string_view value) {
    sizes_.emplace_back(name.size(), value.size());
    for (const char c : name) {
      text_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    append_clean(text_, value);
  }
  /// They hold until the next add().
  std::vector<nghttp2_nv> fields() const {
    std::vector<nghttp2_nv> fields;
    fields.reserve(sizes_.size());
    std::string_view rest = text_;
    for (const auto& [name, value] : sizes_) {
      fields.push_back(field(rest.substr(0, name), rest.substr(name, value)));
      rest.remove_prefix(name + value);
    }
    return fields;
  }

 private:
  std::string text_;
  std::vector<std::pair<std::size_t, std::size_t>> sizes_;
};

}  // namespace

void Http2Connection::answer(std::uint64_t id, std::optional<http::Response>&& response,
                             util::TimePoint now) {
  now_ = now;
  const auto found = streams_.find(static_cast<std::int32_t>(id));
  if (found == streams_.end() || found->second.answered) return;
  if (!response) {
    response = peer_.service.refusal(Error::internal("the request was not answered"), 500);
  }
  if (std::holds_alternative<http::Upgrade>(response->body)) {
    response =
        peer_.service.refusal(Error::bad_request("this request needs an HTTP/1.1 connection"), 400);
  }
  submit(found->first, found->second, std::move(*response));
}

void Http2Connection::wake(std::uint64_t id, util::TimePoint now) {
  now_ = now;
  const auto found = streams_.find(static_cast<std::int32_t>(id));
  if (found != streams_.end()) resume(found->first, found->second);
}

void Http2Connection::submit_continue(std::int32_t id) {
  const nghttp2_nv status = field(":status", "100");
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, &status, 1, nullptr);
}

void Http2Connection::submit(std::int32_t id, Stream& stream, http::Response response) {
  stream.answered = true;
  stream.arriving.reset();
  arriving_.erase(id);
  hold(stream, 0);
  const bool no_body = stream.head_only || response.status == 204 || response.status == 304;
  FieldBlock block;
  block.add(":status", std::to_string(response.status));
  for (const auto& [name, value] : response.headers) {
    if (is_connection_header(name) || http::iequals(name, "Content-Length")) continue;
    block.add(name, value);
  }
  if (!response.headers.contains("Date")) {
    block.add("date", std::string(peer_.date.at(peer_.clock.wall_now())));
  }
  bool has_body = !no_body;
  if (auto* chunks = std::get_if<util::Chunks>(&response.body)) {
    if (response.status != 204 && response.status != 304) {
      block.add("content-length", std::to_string(chunks->size()));
    }
    has_body = has_body && !chunks->empty();
    if (has_body) stream.body.emplace(std::move(*chunks));
  } else if (has_body) {
    auto source = std::move(std::get<std::unique_ptr<http::BodySource>>(response.body));
    has_body = source != nullptr;
    if (source) {
      source->start(peer_.waker(static_cast<std::uint64_t>(id)));
      stream.body.emplace(std::move(source));
    }
  }
  if (has_body) {
    stream.moved = now_;
    if (sending_++ == 0) stalled_due_ = now_ + peer_.limits.write_stall_time;
  }
  const std::vector<nghttp2_nv> fields = block.fields();
  nghttp2_data_provider provider{};
  provider.source.ptr = this;
  provider.read_callback = read_body;
  nghttp2_submit_response(session_, id, fields.data(), fields.size(),
                          has_body ? &provider : nullptr);
  if (!stream.request_done && !has_body) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  }
  if (response.close_connection) drain(now_);
}

ssize_t Http2Connection::read_body(nghttp2_session* session, std::int32_t id, std::uint8_t* out,
                                   std::size_t room, std::uint32_t* flags, nghttp2_data_source*,
                                   void* user) {
  Http2Connection& me = self(user);
  Stream* stream = me.find(id);
  if (stream == nullptr || !stream->body) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  me.forget_timer(id, *stream);
  std::size_t size = 0;
  while (size < room) {
    const Body::State state = stream->body->prepare(room - size, me.now_);
    if (state == Body::State::kBytes) {
      const std::string_view piece = stream->body->take(room - size);
      std::copy(piece.begin(), piece.end(), out + size);
      size += piece.size();
      continue;
    }
    if (state == Body::State::kAbort && size == 0) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (state == Body::State::kWait && size == 0) {
      stream->deferred = true;
      stream->wake_at = stream->body->wake_at();
      if (stream->wake_at) me.timers_.emplace(*stream->wake_at, id);
      return NGHTTP2_ERR_DEFERRED;
    }
    break;
  }
  if (stream->body->done()) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    // The rest of a request that was answered early is not wanted.
    if (!stream->request_done) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
    }
  }
  stream->progress += static_cast<std::uint32_t>(size);
  if (stream->progress >= kProgress) {
    stream->progress = 0;
    stream->moved = me.now_;
  }
  me.window_updates_.earn(kUpdatesEachFrame);
  return static_cast<ssize_t>(size);
}

void Http2Connection::resume(std::int32_t id, Stream& stream) {
  forget_timer(id, stream);
  if (!stream.deferred) return;
  stream.deferred = false;
  stream.moved = now_;
  stream.progress = 0;
  nghttp2_session_resume_data(session_, id);
}

void Http2Connection::forget_timer(std::int32_t id, Stream& stream) {
  if (!stream.wake_at) return;
  timers_.erase({*stream.wake_at, id});
  stream.wake_at.reset();
}

}  // namespace annex::transport
