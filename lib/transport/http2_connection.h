// HTTP/2 over one connection: nghttp2's session, the service and the bodies of all its streams.
#pragma once

#include <nghttp2/nghttp2.h>

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "transport/http2_stream.h"
#include "transport/protocol.h"
#include "transport/rate_limit.h"

namespace annex::transport {

/// Its functions are in three files: requests inward (http2_requests.cc), answers outward
/// (http2_answers.cc), and the connection's own life and time limits (http2_connection.cc).
class Http2Connection final : public Protocol {
 public:
  Http2Connection(const Peer& peer, util::TimePoint now);
  ~Http2Connection() override { nghttp2_session_del(session_); }

  /// Begins the session. False if the library refuses. Once, before anything else.
  bool open();

  void feed(std::string_view bytes, util::TimePoint now) override;
  void feed_end(util::TimePoint) override { input_ended_ = true; }
  bool wants_input() const override { return !input_ended_ && !broken_; }
  void answer(std::uint64_t id, std::optional<http::Response>&& response,
              util::TimePoint now) override;
  void wake(std::uint64_t id, util::TimePoint now) override;
  void produce(std::string& out, std::size_t room, util::TimePoint now) override;
  std::optional<util::TimePoint> deadline() const override;
  void expire(util::TimePoint now) override;
  void drain(util::TimePoint now) override;
  bool finished() const override;

 private:
  static Http2Connection& self(void* user) { return *static_cast<Http2Connection*>(user); }
  Stream* find(std::int32_t id);
  /// Ends the connection with a GOAWAY.
  void terminate(std::uint32_t error);

  // nghttp2's callbacks for what arrives.
  static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* user);
  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user);
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                     std::size_t size, void* user);
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user);

  void head(std::int32_t id, Stream& stream, bool end);
  void dispatch(std::int32_t id, Stream& stream);
  void refuse(std::int32_t id, Stream& stream, int status, std::string message);
  /// Counts what the stream's request holds. False if the budget does not allow it.
  bool hold(Stream& stream, std::size_t bytes);

  void submit_continue(std::int32_t id);
  void submit(std::int32_t id, Stream& stream, http::Response response);
  static ssize_t read_body(nghttp2_session* session, std::int32_t id, std::uint8_t* out,
                           std::size_t room, std::uint32_t* flags, nghttp2_data_source*,
                           void* user);
  void resume(std::int32_t id, Stream& stream);
  void forget_timer(std::int32_t id, Stream& stream);

  void expire_arriving();
  void expire_stalled();

  Peer peer_;
  nghttp2_session* session_ = nullptr;
  BudgetShare share_;
  std::size_t held_ = 0;  ///< bytes of all requests
  std::unordered_map<std::int32_t, Stream> streams_;
  std::set<std::pair<util::TimePoint, std::int32_t>> timers_;
  std::set<std::int32_t> arriving_;  ///< streams whose request is incomplete
  util::TimePoint arriving_due_{};
  std::size_t sending_ = 0;  ///< streams that have a body
  util::TimePoint stalled_due_{};
  RateLimit resets_;
  RateLimit control_frames_;
  RateLimit empty_frames_;
  RateLimit window_updates_;
  util::TimePoint now_;
  util::TimePoint quiet_;  ///< since when there was no stream
  std::optional<util::TimePoint> goaway_at_;
  std::optional<util::TimePoint> preface_due_;
  bool flooded_ = false;
  bool closing_ = false;
  bool draining_ = false;
  bool last_goaway_ = false;
  /// It sent GOAWAY. Streams that it opens afterwards are refused, as net/http does: the session
  /// ends with those that it had, so whether a later one was still served would be chance.
  bool peer_leaves_ = false;
  bool input_ended_ = false;
  bool broken_ = false;
};

}  // namespace annex::transport
