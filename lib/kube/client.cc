#include "http/client.h"

#include <algorithm>
#include <utility>

#include "annex/kube/config.h"
#include "annex/util/mutex.h"
#include "kube/exec_credential.h"
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

http::Endpoint endpoint_of(const ClusterConfig& config) {
  http::Endpoint endpoint;
  endpoint.host = config.host;
  endpoint.port = config.port;
  endpoint.tls = config.tls;
  endpoint.server_name = config.server_name;
  endpoint.ca_pem = config.ca_pem;
  endpoint.skip_verify = config.skip_verify;
  endpoint.certificate_pem = config.certificate_pem;
  endpoint.key_pem = config.key_pem;
  return endpoint;
}

/// The connections, which are made anew when a program gives another client certificate.
class Connections {
 public:
  Connections(http::Endpoint endpoint, http::ClientLimits limits, util::Clock& clock)
      : limits_(limits), clock_(clock), endpoint_(std::move(endpoint)) {}

  /// With the credential's certificate; null: with the endpoint's. BadRequest: it cannot be used.
  Result<std::shared_ptr<http::Client>> get(const Credential* credential) {
    const util::MutexLock lock(mutex_);
    const bool same =
        credential == nullptr || (credential->certificate_pem == endpoint_.certificate_pem &&
                                  credential->key_pem == endpoint_.key_pem);
    if (client_ && same) return client_;
    http::Endpoint wanted = endpoint_;
    if (credential != nullptr) {
      wanted.certificate_pem = credential->certificate_pem;
      wanted.key_pem = credential->key_pem;
    }
    auto made = http::Client::make(wanted, limits_, clock_);
    if (!made) return made.error();
    // As client-go: what goes on with the former certificate is ended.
    if (client_) client_->stop();
    endpoint_ = std::move(wanted);
    client_ = std::move(*made);
    if (stopped_) client_->stop();
    return client_;
  }

  void stop() {
    const util::MutexLock lock(mutex_);
    stopped_ = true;
    if (client_) client_->stop();
  }
  bool stopped() const {
    const util::MutexLock lock(mutex_);
    return stopped_;
  }

 private:
  const http::ClientLimits limits_;
  util::Clock& clock_;
  mutable util::Mutex mutex_;
  http::Endpoint endpoint_ ANNEX_GUARDED_BY(mutex_);
  std::shared_ptr<http::Client> client_ ANNEX_GUARDED_BY(mutex_){};
  bool stopped_ ANNEX_GUARDED_BY(mutex_) = false;
};

class HttpClient final : public Client {
 public:
  HttpClient(const ClusterConfig& config, const ClientOptions& options, http::ClientLimits limits,
             util::Clock& clock)
      : prefix_(config.path_prefix),
        user_agent_(options.user_agent),
        token_(config.token, config.token_file, options.token_interval, clock),
        connections_(endpoint_of(config), limits, clock) {
    if (config.exec) exec_ = std::make_unique<ExecCredential>(*config.exec, clock);
  }

  Result<Answer> call(const Call& call, util::TimePoint deadline) override {
    Result<Prepared> ready = prepare(call);
    if (!ready) return ready.error();
    return finish(ready->by, ready->by.client->call(ready->request, deadline));
  }

  Result<Answer> stream(const std::string& path,
                        const std::function<bool(std::string_view)>& on_bytes) override {
    Call call;
    call.path = path;
    Result<Prepared> ready = prepare(call);
    if (!ready) return ready.error();
    return finish(ready->by, ready->by.client->stream(ready->request, on_bytes));
  }

  void stop() override { connections_.stop(); }
  bool stopped() const override { return connections_.stopped(); }

  /// BadRequest: there is no credential where there should be one, or it cannot be used.
  Result<void> check() {
    const Result<Caller> caller = identify();
    if (!caller) return caller.error();
    return {};
  }

 private:
  /// As whom a call is made, and on which connections.
  struct Caller {
    Credential credential{};
    std::shared_ptr<http::Client> client{};
  };
  struct Prepared {
    Caller by{};
    http::Outgoing request{};
  };

  Result<Caller> identify() {
    Caller caller;
    if (exec_) {
      Result<Credential> credential = exec_->get();
      if (!credential) return credential.error();
      caller.credential = std::move(*credential);
    } else {
      Result<std::string> token = token_.get();
      if (!token) return token.error();
      caller.credential.token = std::move(*token);
    }
    auto client = connections_.get(exec_ ? &caller.credential : nullptr);
    if (!client) return client.error();
    caller.client = std::move(*client);
    return caller;
  }

  Result<Prepared> prepare(const Call& call) {
    // No program is run for who has ended.
    if (exec_ && stopped()) return Error::unavailable("the client has been stopped");
    Result<Caller> caller = identify();
    // What was good when the server started may be so again: to the caller it is no fault of his.
    if (!caller) return Error::unavailable(caller.error().message);
    Prepared ready{std::move(*caller), {call.method, prefix_ + call.path, {}, call.body}};
    http::Headers& headers = ready.request.headers;
    headers.add("Accept", call.accept);
    // Bodies are bounded as they are sent.
    headers.add("Accept-Encoding", "identity");
    headers.add("User-Agent", user_agent_);
    if (!call.body.empty()) headers.add("Content-Type", call.content_type);
    const std::string& token = ready.by.credential.token;
    if (!token.empty()) headers.add("Authorization", "Bearer " + token);
    return ready;
  }

  Result<Answer> finish(const Caller& by, Result<http::Incoming> incoming) {
    if (!incoming) return incoming.error();
    if (incoming->status == 401) {
      if (exec_) {
        exec_->doubt(by.credential);
      } else {
        token_.doubt();
      }
    }
    return Answer{incoming->status, std::move(incoming->headers), std::move(incoming->body)};
  }

  const std::string prefix_;
  const std::string user_agent_;
  Token token_;
  std::unique_ptr<ExecCredential> exec_{};  ///< null: the token is all there is
  Connections connections_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(const ClusterConfig& config,
                                            const ClientOptions& options, util::Clock& clock) {
  http::ClientLimits limits;
  limits.calls = options.calls;
  auto ours = std::make_unique<HttpClient>(config, options, limits, clock);
  if (Result<void> checked = ours->check(); !checked) return checked.error();
  return std::unique_ptr<Client>(std::move(ours));
}

}  // namespace annex::kube
