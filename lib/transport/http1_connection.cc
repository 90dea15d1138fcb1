// HTTP/1.1 over one connection: the codec, the service and the body that is being sent.
#include "transport/body.h"
#include "transport/http1_codec.h"
#include "transport/protocol.h"
#include "transport/status_text.h"

namespace annex::transport {
namespace {

class Http1Connection final : public Protocol, private Http1Codec::Events {
 public:
  Http1Connection(const Peer& peer, util::TimePoint now)
      : peer_(peer),
        codec_(Http1Limits{peer.limits.header_bytes, peer.limits.header_fields,
                           peer.limits.pipelined_bytes, peer.limits.header_time,
                           peer.limits.body_stall_time, peer.limits.idle_time},
               *this, now),
        share_(peer.budget),
        now_(now) {}

  void feed(std::string_view bytes, util::TimePoint now) override {
    now_ = now;
    if (duplex_) {
      if (!refused_ && !duplex_->receive(bytes)) refused_ = true;
    } else {
      codec_.feed(bytes, now);
      account();
    }
  }

  void feed_end(util::TimePoint) override {
    input_ended_ = true;
    if (duplex_ && !refused_) duplex_->receive_end();
    // Nobody closes its half and goes on to read a stream: the peer has gone.
    if (streaming_) cut_ = true;
  }

  bool wants_input() const override {
    if (input_ended_) return false;
    return duplex_ ? !refused_ : codec_.wants_input();
  }

  void answer(std::uint64_t stream, std::optional<http::Response>&& response,
              util::TimePoint now) override {
    now_ = now;
    if (stream != stream_ || !owed_) return;
    if (!response) {
      response = peer_.service.refusal(Error::internal("the request was not answered"), 500);
    }
    begin(std::move(*response));
  }

  void wake(std::uint64_t stream, util::TimePoint) override {
    if (stream == stream_) ready_ = true;
  }

  void produce(std::string& out, std::size_t room, util::TimePoint now) override {
    now_ = now;
    // Several pipelined answers may be ready one after the other.
    while (true) {
      out += codec_.output();
      room -= std::min(room, codec_.output().size());
      codec_.output().clear();
      if (duplex_) {
        pump_duplex(out, room);
        return;
      }
      if (!body_ || room == 0 || !pump_body(out, room)) return;
      body_.reset();
      streaming_ = false;
      codec_.end_response(now);
      codec_.resume(now);
      account();
    }
  }

  std::optional<util::TimePoint> deadline() const override {
    if (duplex_ended_) return half_closed_until_;
    if (body_ || duplex_) {
      // What is ready already waits for room, not for time.
      if (ready_) return std::nullopt;
      return duplex_ ? wake_at_ : body_->wake_at();
    }
    return codec_.deadline();
  }

  void expire(util::TimePoint now) override {
    now_ = now;
    ready_ = true;
    if (duplex_ended_ && now >= half_closed_until_) cut_ = true;
    if (!duplex_ && !body_) codec_.expire(now);
  }

  void drain(util::TimePoint) override { codec_.drain(); }
  void retire(util::TimePoint) override { codec_.retire(); }

  bool finished() const override {
    if (cut_) return true;
    if (duplex_) return refused_ || (duplex_ended_ && input_ended_);
    return codec_.closed() || (input_ended_ && !codec_.busy());
  }

  bool output_ended() const override { return duplex_ended_; }

 private:
  std::size_t on_head(const http::Request& head) override { return peer_.service.body_limit(head); }

  void on_request(http::Request&& request) override {
    request.remote_address = peer_.address;
    request.peer_chain = peer_.chain;
    request.received = now_;
    ++stream_;
    ++requests_;
    owed_ = true;
    serving_ = request.body.size();
    for (const auto& [name, value] : request.headers) serving_ += name.size() + value.size();
    peer_.serve(std::move(request), stream_);
  }

  void on_refused(const Error& error, int status) override {
    ++stream_;
    owed_ = true;
    http::Response response = peer_.service.refusal(error, status);
    response.close_connection = true;
    begin(std::move(response));
  }

  /// Counts what is held of requests, and refuses the one that arrives if that is too much.
  void account() {
    if (!share_.hold(codec_.held() + serving_)) codec_.overload();
  }

  void begin(http::Response&& response) {
    owed_ = false;
    serving_ = 0;
    const std::string_view date = peer_.date.at(peer_.clock.wall_now());
    if (auto* upgrade = std::get_if<http::Upgrade>(&response.body)) {
      begin_duplex(response, std::move(*upgrade), date);
      return;
    }
    std::optional<std::uint64_t> length;
    if (auto* chunks = std::get_if<util::Chunks>(&response.body)) {
      length = chunks->size();
      codec_.begin_response(response.status, response.headers, length, response.close_connection,
                            date);
      body_.emplace(std::move(*chunks));
    } else {
      codec_.begin_response(response.status, response.headers, length, response.close_connection,
                            date);
      auto source = std::move(std::get<std::unique_ptr<http::BodySource>>(response.body));
      if (source && !codec_.body_suppressed()) {
        source->start(peer_.waker(stream_));
        body_.emplace(std::move(source));
        streaming_ = true;
        if (input_ended_) cut_ = true;
      }
    }
    if (codec_.body_suppressed() || !body_) body_.emplace(util::Chunks());
    ready_ = true;
  }

  void begin_duplex(http::Response& response, http::Upgrade upgrade, std::string_view date) {
    const std::string early = codec_.switch_protocols(response.headers, upgrade.protocol, date);
    duplex_ = std::move(upgrade.duplex);
    duplex_->start(peer_.waker(stream_));
    ready_ = true;
    if (!early.empty() && !duplex_->receive(early)) refused_ = true;
    if (input_ended_ && !refused_) duplex_->receive_end();
  }

  /// True once the body is completely in `out`.
  bool pump_body(std::string& out, std::size_t& room) {
    while (room > 0) {
      if (!ready_ && body_->wake_at() && now_ >= *body_->wake_at()) ready_ = true;
      if (!ready_) return false;
      switch (body_->prepare(room, now_)) {
        case Body::State::kBytes: {
          const std::string_view piece = body_->take(room);
          room -= piece.size();
          codec_.write_body(piece);
          out += codec_.output();
          codec_.output().clear();
          break;
        }
        case Body::State::kWait:
          ready_ = false;
          return false;
        case Body::State::kEnd:
          return true;
        case Body::State::kAbort:
          cut_ = true;
          return false;
      }
    }
    return false;
  }

  void pump_duplex(std::string& out, std::size_t room) {
    util::Chunks chunks;
    while (ready_ && !duplex_ended_ && chunks.size() < room) {
      const std::size_t before = chunks.size();
      wake_at_.reset();
      switch (duplex_->pull(room - before, now_, chunks)) {
        case http::Pull::kWrote:
          ready_ = chunks.size() > before;
          break;
        case http::Pull::kWait:
          ready_ = false;
          wake_at_ = duplex_->wake_at();
          break;
        case http::Pull::kEnd:
          duplex_ended_ = true;
          half_closed_until_ = now_ + peer_.limits.half_closed_time;
          break;
        case http::Pull::kAbort:
          cut_ = true;
          duplex_ended_ = true;
          break;
      }
    }
    for (const util::Bytes& part : chunks.parts()) out.append(part.view());
  }

  Peer peer_;
  Http1Codec codec_;
  BudgetShare share_;
  util::TimePoint now_;
  std::uint64_t stream_ = 0;  ///< the number of the request that is being answered
  std::size_t serving_ = 0;   ///< bytes of the request that the service has
  bool owed_ = false;
  bool ready_ = false;  ///< the body may have bytes
  bool input_ended_ = false;
  bool cut_ = false;
  bool streaming_ = false;  ///< the body is a source
  std::optional<Body> body_;
  std::unique_ptr<http::Duplex> duplex_;
  std::optional<util::TimePoint> wake_at_;
  bool duplex_ended_ = false;
  util::TimePoint half_closed_until_{};
  bool refused_ = false;
};

}  // namespace

std::unique_ptr<Protocol> make_http1(const Peer& peer, util::TimePoint now) {
  return std::make_unique<Http1Connection>(peer, now);
}

}  // namespace annex::transport
