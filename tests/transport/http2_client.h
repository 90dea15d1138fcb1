// HTTP/2 clients for tests: a well-behaved one, and one that sends whatever frames it is given.
#pragma once

#include <nghttp2/nghttp2.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/transport/fixture.h"

namespace annex::transport::test {

/// nghttp2's client over the blocking one.
class Http2Client {
 public:
  /// `window`: how much of a body the server may send before it is asked for more; with 0 only
  /// allow() asks for it.
  explicit Http2Client(const Fixture& fixture, std::uint32_t window = 65535);
  ~Http2Client() { nghttp2_session_del(session_); }
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  std::int32_t request(std::string_view path, const std::string* upload = nullptr,
                       std::string_view method = "GET",
                       const std::vector<std::pair<std::string, std::string>>& more = {});
  void reset(std::int32_t id);
  void ping();
  /// Lets the server send so many bytes more on a stream, or on the connection (0).
  void allow(std::int32_t id, std::int32_t bytes);
  void flush();
  /// Sends the whole upload, as the server makes room for it.
  bool send_upload();
  /// Sends, then receives once; false if the server ended.
  bool step();
  /// Sends and receives until `holds`; false if the server ended before.
  template <typename Holds>
  bool run_until(Holds holds) {
    while (!holds()) {
      if (!step()) return false;
    }
    return true;
  }
  bool finish(std::int32_t id) {
    return run_until([&] { return closed.count(id) > 0; });
  }
  /// True if the server ends the connection.
  bool ended() {
    return !run_until([] { return false; });
  }

  std::map<std::int32_t, std::string> status;
  std::map<std::int32_t, std::string> body;
  std::map<std::int32_t, std::uint32_t> closed;  ///< with the error's code
  std::optional<std::uint32_t> goaway;           ///< the last one's code
  int pongs = 0;
  std::size_t pieces = 0;  ///< how often something was received

 private:
  Client client_;
  nghttp2_session* session_ = nullptr;
  std::string upload_;
};

/// One frame in bytes.
std::string frame(std::uint8_t type, std::uint8_t flags, std::int32_t id, std::string_view payload);
/// The client's preface with an empty SETTINGS frame.
std::string preface();
/// A header block for `method path`, without compression.
std::string header_block(std::string_view method, std::string_view path);

/// What a server said last: the code of its GOAWAY, if there was one, once it has ended.
/// `before`: what was received of it already.
std::optional<std::uint32_t> goaway_at_end(Client& client, const std::string& before = "");

}  // namespace annex::transport::test
