// Fixture: a server in a test, without sockets or certificates: requests in, responses out, and a
// clock that stands still until the test moves it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/http/response.h"
#include "annex/json/value.h"
#include "annex/request/user.h"
#include "annex/server/server.h"
#include "annex/util/manual_clock.h"

namespace annex::detail {
class LineReader;
}  // namespace annex::detail

namespace annex::testing {

/// The answer to one request. Its body is complete, or, for a watch, read line by line. Moved, not
/// copied; one thread.
class Reply {
 public:
  /// See Fixture::send.
  Reply(http::Response response, util::Clock& clock);
  Reply(Reply&&) noexcept;
  Reply& operator=(Reply&&) noexcept;
  ~Reply();

  /// 200 and so on.
  int status() const { return response_.status; }
  /// The first line of that name, empty if there is none.
  std::string header(std::string_view name) const;
  /// All lines, in order.
  const http::Headers& headers() const { return response_.headers; }
  /// The whole body. Of a stream what has not been read by lines, once it has ended or nothing has
  /// come for ten seconds on the machine's clock.
  std::string text() const;
  /// The body as JSON; null if it is none.
  json::Value json() const;

  /// True for a watch, a followed log or a large list, whose text comes line by line.
  bool is_stream() const;
  /// The next line of a stream, without its newline, waited for on the machine's clock for up to
  /// ten seconds; nothing once the stream has ended or if none came.
  std::optional<std::string> next_line();
  /// The next line as JSON; null if there is none.
  json::Value next_json();
  /// What has come by now, without waiting.
  std::optional<std::string> line_if_any();
  /// True once the stream has said that it is over.
  bool ended() const;

 private:
  http::Response response_;
  std::unique_ptr<detail::LineReader> stream_;  ///< null if the answer is none
};

/// Owns the clock and runs a described server without a port on a store in memory. Once something
/// is written five minutes later, what was is forgotten: watches from then get 410. One thread.
class Fixture {
 public:
  /// Starts `server`, which outlives the fixture. Throws std::runtime_error with the server's
  /// sentence if it does not start. `seed` makes uids and generated names repeatable.
  explicit Fixture(Server& server, std::uint64_t seed = 1);
  /// With options of the test's own: `adjust` gets those that the fixture would take. A store of
  /// the server's is chosen here.
  Fixture(Server& server, const std::function<void(ServerOptions&)>& adjust,
          std::uint64_t seed = 1);
  ~Fixture();
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  /// The time of the server and all in it. Moving it fires what is due.
  util::ManualClock& clock() { return clock_; }

  /// Who sends what follows; an administrator at first, nobody for nothing.
  void act_as(std::optional<request::UserInfo> user) { user_ = std::move(user); }

  /// Names and values, in order; a name may come twice.
  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// Sends a request and waits for its answer. `target` is the path and query as on the wire.
  Reply send(std::string method, const std::string& target, std::string body = {},
             Headers headers = {});
  /// As above, with GET.
  Reply get(const std::string& target, Headers headers = {}) {
    return send("GET", target, {}, std::move(headers));
  }
  /// Sends `object` as JSON.
  Reply post(const std::string& target, const json::Value& object);
  /// As above.
  Reply put(const std::string& target, const json::Value& object);

 private:
  Server& server_;
  util::ManualClock clock_;
  util::SeededRandom random_;
  util::NullLogger logger_;
  std::optional<request::UserInfo> user_;
};

}  // namespace annex::testing
