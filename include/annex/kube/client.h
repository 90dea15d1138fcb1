// A client of the Kubernetes API: one interface, so that whoever calls can be tested with a fake.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "annex/http/headers.h"
#include "annex/util/clock.h"
#include "annex/util/random.h"
#include "annex/util/result.h"

namespace annex::kube {

/// One request to the Kubernetes API. Credentials and the server's address are the client's.
struct Call {
  std::string method = "GET";                     ///< in capitals
  std::string path{};                             ///< with its query, encoded
  std::string body{};                             ///< empty: none
  std::string content_type = "application/json";  ///< of a body that is not empty
  std::string accept = "application/json";        ///< media type
};

/// Any answer that came, of any status.
struct Answer {
  int status = 0;           ///< 200 and so on
  http::Headers headers{};  ///< all lines, in order
  std::string body{};       ///< complete
};

/// Calls one Kubernetes API, as one identity. Owned by the server; any thread.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// One attempt, which blocks its caller until it is answered, at most until `deadline`.
  /// ServiceUnavailable: no answer could be had (refused, reset, a certificate that does not hold,
  /// or stopped); its `retry_after_seconds` is set if a connection broke, where repeating makes
  /// sense. Timeout: `deadline` passed, be it in waiting for one of this client's places.
  virtual Result<Answer> call(const Call& call, util::TimePoint deadline) = 0;
  /// A GET whose answer, if it is a 200, goes to `on_bytes` as it comes; the body of any other is
  /// in the Answer. `on_bytes` runs on the caller's thread; false from it ends the stream, and that
  /// is no error. Blocks its caller until the end. Timeout: 30 s without a byte.
  virtual Result<Answer> stream(const std::string& path,
                                const std::function<bool(std::string_view)>& on_bytes) = 0;
  /// Ends every running call and stream; later ones fail at once. Idempotent.
  virtual void stop() = 0;
  /// True after stop().
  virtual bool stopped() const = 0;
};

/// The back-off of client-go's webhooks (apiserver `pkg/util/webhook/webhook.go`).
struct RetryPolicy {
  int attempts = 5;                                            ///< the first one counted
  util::Duration first_wait = std::chrono::milliseconds(500);  ///< before the second one
  double factor = 1.5;                                         ///< by which each wait is longer
  double jitter = 0.2;                                         ///< a wait is up to this part longer
};

/// Waits until `until` or until the calls end; true if the time came. Any thread.
using Sleep = std::function<bool(util::TimePoint until)>;

/// call(), repeated after a broken connection, a 500, a 504, a 429 and any Status that says when to
/// come again; not after a refused connection or another answer. The last answer or error counts.
/// `deadline` is for all attempts together; `sleep` is how the waits between them are spent.
Result<Answer> call_with_retry(Client& client, const Call& call, util::TimePoint deadline,
                               const RetryPolicy& policy, util::Clock& clock, util::Random& random,
                               const Sleep& sleep);

}  // namespace annex::kube
