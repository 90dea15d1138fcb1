#include "http/client.h"

#include <algorithm>
#include <utility>

#include "annex/kube/config.h"
#include "annex/util/mutex.h"
#include "kube/files.h"

namespace annex::kube {
namespace {

/// The caller's token, read again as client-go does: a minute after it was read, and the old one
/// for as long as the file cannot be read.
class Token {
 public:
  Token(std::string fixed, std::string file, util::Duration interval, util::Clock& clock)
      : file_(std::move(file)), interval_(interval), clock_(clock), token_(std::move(fixed)) {}

  /// BadRequest if it never could be read.
  Result<std::string> get() {
    const util::MutexLock lock(mutex_);
    if (file_.empty()) return token_;
    const util::TimePoint now = clock_.now();
    if (read_ && now - since_ < interval_) return token_;
    const Result<std::string> text = read_small_file(file_);
    const std::string fresh = text ? trimmed(*text) : std::string();
    if (!fresh.empty()) {
      token_ = fresh;
      read_ = true;
      since_ = now;
      return token_;
    }
    if (!token_.empty()) return token_;
    if (!text) return text.error();
    return Error::bad_request(file_ + " is empty");
  }

  /// The server did not accept the token: the next call reads the file.
  void doubt() {
    const util::MutexLock lock(mutex_);
    read_ = false;
  }

 private:
  const std::string file_;
  const util::Duration interval_;
  util::Clock& clock_;
  util::Mutex mutex_;
  std::string token_ ANNEX_GUARDED_BY(mutex_);
  bool read_ ANNEX_GUARDED_BY(mutex_) = false;
  util::TimePoint since_ ANNEX_GUARDED_BY(mutex_){};
};

class HttpClient final : public Client {
 public:
  HttpClient(const ClusterConfig& config, const ClientOptions& options,
             std::unique_ptr<http::Client> client, util::Clock& clock)
      : prefix_(config.path_prefix),
        user_agent_(options.user_agent),
        token_(config.token, config.token_file, options.token_interval, clock),
        client_(std::move(client)) {}

  Result<Answer> call(const Call& call, util::TimePoint deadline) override {
    Result<http::Outgoing> request = prepare(call);
    if (!request) return request.error();
    return finish(client_->call(*request, deadline));
  }

  Result<Answer> stream(const std::string& path,
                        const std::function<bool(std::string_view)>& on_bytes) override {
    Call call;
    call.path = path;
    Result<http::Outgoing> request = prepare(call);
    if (!request) return request.error();
    return finish(client_->stream(*request, on_bytes));
  }

  void stop() override { client_->stop(); }
  bool stopped() const override { return client_->stopped(); }

  /// BadRequest: there is no token where there should be one.
  Result<void> check_token() {
    const Result<std::string> token = token_.get();
    if (!token) return token.error();
    return {};
  }

 private:
  Result<http::Outgoing> prepare(const Call& call) {
    const Result<std::string> token = token_.get();
    // What was good when the server started may be so again: to the caller it is no fault of his.
    if (!token) return Error::unavailable(token.error().message);
    http::Outgoing request{call.method, prefix_ + call.path, {}, call.body};
    request.headers.add("Accept", call.accept);
    // Bodies are bounded as they are sent.
    request.headers.add("Accept-Encoding", "identity");
    request.headers.add("User-Agent", user_agent_);
    if (!call.body.empty()) request.headers.add("Content-Type", call.content_type);
    if (!token->empty()) request.headers.add("Authorization", "Bearer " + *token);
    return request;
  }

  Result<Answer> finish(Result<http::Incoming> incoming) {
    if (!incoming) return incoming.error();
    if (incoming->status == 401) token_.doubt();
    return Answer{incoming->status, std::move(incoming->headers), std::move(incoming->body)};
  }

  const std::string prefix_;
  const std::string user_agent_;
  Token token_;
  const std::unique_ptr<http::Client> client_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(const ClusterConfig& config,
                                            const ClientOptions& options, util::Clock& clock) {
  http::Endpoint endpoint;
  endpoint.host = config.host;
  endpoint.port = config.port;
  endpoint.tls = config.tls;
  endpoint.server_name = config.server_name;
  endpoint.ca_pem = config.ca_pem;
  endpoint.skip_verify = config.skip_verify;
  endpoint.certificate_pem = config.certificate_pem;
  endpoint.key_pem = config.key_pem;
  http::ClientLimits limits;
  limits.calls = options.calls;
  auto client = http::Client::make(std::move(endpoint), limits, clock);
  if (!client) return client.error();
  auto ours = std::make_unique<HttpClient>(config, options, std::move(*client), clock);
  if (Result<void> token = ours->check_token(); !token) return token.error();
  return std::unique_ptr<Client>(std::move(ours));
}

}  // namespace annex::kube
