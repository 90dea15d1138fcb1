#include "annex/testing/socket_fixture.h"

#include <stdexcept>
#include <utility>

#include "annex/kube/config.h"
#include "annex/server/standalone.h"
#include "annex/util/logger.h"
#include "annex/util/random.h"
#include "testing/folder.h"

namespace annex::testing {
namespace {

constexpr std::chrono::seconds kLimit(30);
constexpr const char* kHost = "127.0.0.1";

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace

class SocketFixture::Running {
 public:
  explicit Running(Server& server) : server_(server) {}
  ~Running() {
    if (client_) client_->stop();
    server_.drain();
    server_.stop();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void start(const std::function<void(ServerOptions&)>& adjust) {
    const Environment environment{clock_, random_, logger_};
    const Standalone identities =
        value_or_throw(Standalone::open(folder_.path("server"), {}, environment));
    ServerOptions options;
    options.bind_address = kHost;
    options.port = 0;
    options.store = "memory";
    options.folder = folder_.path("server");
    options.worker_threads = 4;
    options.certificate_pem = identities.serving().certificate_pem;
    options.key_pem = identities.serving().key_pem;
    options.client_ca_pem = identities.ca_pem();
    options.authenticators = value_or_throw(identities.authenticators(clock_));
    options.on_listening = [identities](std::uint16_t port) {
      return identities.write_kubeconfig(kHost, port, {});
    };
    if (adjust) adjust(options);
    const Result<void> started = server_.start(std::move(options), environment);
    if (!started) throw std::runtime_error(started.error().message);
    kubeconfig_ = identities.kubeconfig_path();
    client_ = value_or_throw(
        kube::make_client(value_or_throw(kube::load_kubeconfig(kubeconfig_)), {}, clock_));
  }

  const Server& server() const { return server_; }
  const std::string& kubeconfig() const { return kubeconfig_; }
  kube::Client& client() { return *client_; }
  util::TimePoint limit() const { return clock_.now() + kLimit; }

 private:
  Server& server_;
  const Folder folder_;
  util::RealClock clock_;
  util::SystemRandom random_;
  util::NullLogger logger_;
  std::string kubeconfig_;
  std::unique_ptr<kube::Client> client_;
};

SocketFixture::SocketFixture(Server& server, const std::function<void(ServerOptions&)>& adjust)
    : running_(std::make_unique<Running>(server)) {
  running_->start(adjust);
}

SocketFixture::~SocketFixture() = default;

std::uint16_t SocketFixture::port() const { return running_->server().port(); }
std::string SocketFixture::kubeconfig() const { return running_->kubeconfig(); }
kube::Client& SocketFixture::client() { return running_->client(); }

kube::Answer SocketFixture::send(const std::string& method, const std::string& path,
                                 const std::string& body) {
  kube::Call call;
  call.method = method;
  call.path = path;
  call.body = body;
  return value_or_throw(running_->client().call(call, running_->limit()));
}

}  // namespace annex::testing
