// HTTP/1.1 without the socket: bytes and times in, requests and bytes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "annex/http/request.h"
#include "annex/util/bytes.h"
#include "annex/util/clock.h"
#include "annex/util/error.h"

namespace annex::transport {

struct Http1Limits {
  std::size_t header_bytes = 1 << 20;
  std::size_t header_fields = 1000;
  std::size_t pipelined_bytes = 64 << 10;
  util::Duration header_time = std::chrono::seconds(32);
  util::Duration body_stall_time = std::chrono::seconds(30);
  util::Duration idle_time = std::chrono::seconds(90);
};

/// The server's side of one HTTP/1.1 connection. Requests are parsed one at a time: the next one is
/// looked at when the answer to the one before is complete. Strict: whatever two readers could
/// understand differently is refused. Not synchronised.
class Http1Codec {
 public:
  /// What the codec tells; implemented by the connection. Calls come out of feed(), resume(),
  /// overload() and expire() only, and may answer at once.
  class Events {
   public:
    virtual ~Events() = default;
    /// The head is complete. The most bytes that its body may have.
    virtual std::size_t on_head(const http::Request& head) = 0;
    /// The request is complete: exactly one answer is owed.
    virtual void on_request(http::Request&& request) = 0;
    /// The request is refused: one answer is owed, and the connection ends after it.
    virtual void on_refused(const Error& error, int status) = 0;
  };

  Http1Codec(const Http1Limits& limits, Events& events, util::TimePoint now);

  /// Bytes from the peer.
  void feed(std::string_view bytes, util::TimePoint now);
  /// False while enough is read ahead: stop reading until an answer is complete.
  bool wants_input() const;
  /// When expire() is due; none while an answer is being made.
  std::optional<util::TimePoint> deadline() const;
  /// Refuses a request that came too slowly, or ends an idle connection.
  void expire(util::TimePoint now);
  /// Bytes that are kept of requests which have not been given on.
  std::size_t held() const { return input_.size() + body_.size(); }
  /// Refuses the request that is arriving, if any: there is no memory for it.
  void overload();
  /// No further requests: closes at once if idle, else after the answer that is owed.
  void drain();
  /// The next answer is the last one; an idle connection waits for it as long as idle ones do.
  void retire() { keep_alive_ = false; }

  /// Begins the answer that is owed. `length`: of the body, absent if not known. A body that the
  /// protocol forbids (HEAD, 204, 304) is left out by this codec.
  void begin_response(int status, const http::Headers& headers, std::optional<std::uint64_t> length,
                      bool close, std::string_view date);
  void write_body(std::string_view bytes);
  /// Completes the answer. The next request, if it is there, is parsed by the next feed() or
  /// resume().
  void end_response(util::TimePoint now);
  /// Parses what was read ahead; call after end_response().
  void resume(util::TimePoint now);
  /// Writes "101 Switching Protocols"; from now on the codec is out of the way. The bytes that
  /// followed the head.
  std::string switch_protocols(const http::Headers& headers, std::string_view protocol,
                               std::string_view date);

  /// Bytes for the peer; the caller removes what it took.
  std::string& output() { return output_; }
  /// True if the body of the answer is not to be sent at all.
  bool body_suppressed() const { return suppress_body_; }
  /// True once everything is said: close when the output is out.
  bool closed() const { return phase_ == Phase::kClosed; }
  /// True if an answer is owed or under way.
  bool busy() const { return phase_ == Phase::kAnswering; }

 private:
  enum class Phase {
    kHead,
    kBody,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailers,
    kAnswering,
    kClosed
  };

  void parse(util::TimePoint now);
  bool parse_head();
  bool read_head(std::string_view block);
  bool read_request_line(std::string_view line);
  bool read_fields(std::string_view block, http::Headers& out);
  bool read_framing();
  bool parse_chunk_size();
  bool parse_trailers();
  bool take_body();
  bool refuse(int status, std::string message);
  void complete();

  const Http1Limits limits_;
  Events& events_;
  Phase phase_ = Phase::kHead;
  std::string_view rest() const { return std::string_view(input_).substr(consumed_); }

  std::string input_;
  std::size_t consumed_ = 0;   ///< of input_, within one call of parse()
  bool skipped_line_ = false;  ///< the empty line allowed before a head was seen
  std::size_t scanned_ = 0;    ///< bytes of rest() in which no end of the head was found
  http::Request request_;
  std::string body_;
  std::uint64_t remaining_ = 0;  ///< of the body, or of the current chunk
  std::size_t body_limit_ = 0;
  std::size_t trailer_bytes_ = 0;
  bool http10_ = false;
  bool keep_alive_ = true;
  bool suppress_body_ = false;
  bool chunked_out_ = false;
  bool first_ = true;  ///< nothing came yet, or a head began
  util::TimePoint phase_began_;
  std::string output_;
};

}  // namespace annex::transport
