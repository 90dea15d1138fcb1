// The listener alone behind a small service: /bytes is 1 KiB, /watch streams an event of 300 bytes
// to everybody each time somebody asks for /push.
#include <csignal>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "annex/tls/certificate.h"
#include "annex/transport/listener.h"
#include "annex/util/mutex.h"

namespace {

using namespace annex;

struct Hub {
  util::Mutex mutex;
  std::vector<http::Waker> wakers ANNEX_GUARDED_BY(mutex);
  std::atomic<std::uint64_t> pushed{0};
};

class Watch final : public http::BodySource {
 public:
  explicit Watch(Hub& hub) : hub_(hub), seen_(hub.pushed) {}
  void start(http::Waker waker) override {
    const util::MutexLock lock(hub_.mutex);
    hub_.wakers.push_back(std::move(waker));
  }
  http::Pull pull(std::size_t, util::TimePoint, util::Chunks& out) override {
    static const util::Bytes kEvent(std::string(299, 'e') + "\n");
    if (seen_ == hub_.pushed) return http::Pull::kWait;
    ++seen_;
    out.append(kEvent);
    return http::Pull::kWrote;
  }

 private:
  Hub& hub_;
  std::uint64_t seen_;
};

class Service final : public http::Service {
 public:
  void serve(http::Request request, http::Respond respond) override {
    static const util::Bytes kBody(std::string(1024, 'b'));
    http::Response response;
    if (request.target.path == "/watch") {
      response.body = std::make_unique<Watch>(hub_);
    } else if (request.target.path == "/push") {
      push();
    } else {
      response.headers.add("Content-Type", "application/octet-stream");
      util::Chunks chunks;
      chunks.append(kBody);
      response.body = std::move(chunks);
    }
    respond(std::move(response));
  }
  http::Response refusal(const Error& error, int status) override {
    return http::Response::text(status, "text/plain", error.message);
  }
  std::size_t body_limit(const http::Request&) const override { return 1 << 20; }

 private:
  /// As the watch cache does: one call for each IO thread.
  void push() {
    std::map<http::WakeTarget*, std::vector<http::WakeId>> targets;
    const util::MutexLock lock(hub_.mutex);
    ++hub_.pushed;
    for (const http::Waker& waker : hub_.wakers) {
      targets[waker.target().get()].push_back(waker.id());
    }
    for (const auto& [target, ids] : targets) target->wake(ids);
  }

  Hub hub_;
};

}  // namespace

int main() {
  util::RealClock clock;
  util::NullLogger logger;
  Service service;
  const auto begin = clock.wall_now() - std::chrono::hours(1);
  const auto end = clock.wall_now() + std::chrono::hours(24);
  const auto ca = tls::make_ca("ca", begin, end);
  const auto leaf =
      tls::issue(*ca, {{{"server"}, {}}, {"127.0.0.1"}, tls::Usage::kServer, begin, end});
  transport::ListenerOptions options;
  options.bind_address = "127.0.0.1";
  options.certificates.certificate_pem = leaf->certificate.pem();
  options.certificates.key_pem = leaf->key.pem();
  options.limits.connections = 30000;
  auto listener = transport::Listener::open(options, service, clock, logger);
  if (!listener) return 1;
  std::printf("%u\n", static_cast<unsigned>((*listener)->port()));
  std::fflush(stdout);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  int signal = 0;
  sigwait(&signals, &signal);
  (*listener)->stop();
  return 0;
}
