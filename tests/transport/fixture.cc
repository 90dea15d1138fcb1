#include "tests/transport/fixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <future>
#include <map>
#include <thread>

namespace annex::transport::test {
namespace {

/// The most that a test waits for another thread: ample on a busy machine. Mutants, which often
/// hang, set less.
const std::chrono::seconds kPatience{[] {
  const char* seconds = std::getenv("ANNEX_PATIENCE");
  return seconds != nullptr ? std::atoi(seconds) : 30;
}()};

/// False if `holds` does not come true in time; it is asked after each change. Not analysed: that
/// `holds` requires this very mutex cannot be said of a parameter.
template <typename Holds>
bool wait_for(util::Mutex& mutex, util::CondVar& changed, Holds holds,
              std::chrono::milliseconds patience = kPatience) ANNEX_REQUIRES(mutex)
    ANNEX_THREAD_ANNOTATION(no_thread_safety_analysis) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return false;
    changed.wait_for(mutex, until - now);
  }
  return true;
}

class FeedSource final : public http::BodySource {
 public:
  explicit FeedSource(std::shared_ptr<Feed::State> state) : state_(std::move(state)) { count(1); }
  ~FeedSource() override { count(-1); }

  void start(http::Waker waker) override {
    const util::MutexLock lock(state_->mutex);
    state_->wakers.push_back(std::move(waker));
  }

  http::Pull pull(std::size_t, util::TimePoint, util::Chunks& out) override {
    const util::MutexLock lock(state_->mutex);
    if (state_->text.size() > taken_) {
      out.append(state_->text.substr(taken_));
      taken_ = state_->text.size();
      return http::Pull::kWrote;
    }
    return state_->ended ? http::Pull::kEnd : http::Pull::kWait;
  }

 private:
  void count(int by) {
    const util::MutexLock lock(state_->mutex);
    state_->open += by;
    state_->changed.notify_all();
  }

  std::shared_ptr<Feed::State> state_;
  std::size_t taken_ = 0;
};

class EndlessSource final : public http::BodySource {
 public:
  explicit EndlessSource(std::shared_ptr<Endless::State> state) : state_(std::move(state)) {
    count(1, 0);
  }
  ~EndlessSource() override { count(-1, 0); }
  void start(http::Waker) override {}
  http::Pull pull(std::size_t room, util::TimePoint, util::Chunks& out) override {
    out.append(std::string(room, 'e'));
    count(0, room);
    return http::Pull::kWrote;
  }

 private:
  void count(int open, std::size_t pulled) {
    const util::MutexLock lock(state_->mutex);
    state_->open += open;
    state_->pulled += pulled;
    state_->changed.notify_all();
  }

  std::shared_ptr<Endless::State> state_;
};

class EchoDuplex final : public http::Duplex {
 public:
  void start(http::Waker waker) override { waker_ = std::move(waker); }
  http::Pull pull(std::size_t, util::TimePoint, util::Chunks& out) override {
    if (!text_.empty()) {
      // "bye" ends this half alone.
      said_bye_ = said_bye_ || text_ == "bye";
      out.append(std::exchange(text_, {}));
      return http::Pull::kWrote;
    }
    return ended_ || said_bye_ ? http::Pull::kEnd : http::Pull::kWait;
  }
  bool receive(std::string_view bytes) override {
    text_ += bytes;
    waker_.wake();
    return true;
  }
  void receive_end() override {
    ended_ = true;
    waker_.wake();
  }

 private:
  http::Waker waker_;
  std::string text_;
  bool ended_ = false;
  bool said_bye_ = false;
};

}  // namespace

std::unique_ptr<http::BodySource> Endless::source() {
  return std::make_unique<EndlessSource>(state_);
}

bool Endless::wait_closed(std::chrono::milliseconds patience) {
  State& state = *state_;
  const util::MutexLock lock(state.mutex);
  return wait_for(
      state.mutex, state.changed,
      [&state]() ANNEX_REQUIRES(state.mutex) { return state.open == 0; }, patience);
}

std::size_t Endless::pulled() const {
  const util::MutexLock lock(state_->mutex);
  return state_->pulled;
}

void Feed::push_to_all_at_once(std::string text) {
  std::map<http::WakeTarget*, std::vector<http::WakeId>> targets;
  const util::MutexLock lock(state_->mutex);
  state_->text += text;
  for (const http::Waker& waker : state_->wakers) {
    targets[waker.target().get()].push_back(waker.id());
  }
  for (const auto& [target, ids] : targets) target->wake(ids);
}

void Feed::wake() {
  std::vector<http::Waker> wakers;
  {
    const util::MutexLock lock(state_->mutex);
    wakers = state_->wakers;
  }
  for (const http::Waker& waker : wakers) waker.wake();
}

void Feed::push(std::string text) {
  {
    const util::MutexLock lock(state_->mutex);
    state_->text += text;
  }
  wake();
}

void Feed::end() {
  {
    const util::MutexLock lock(state_->mutex);
    state_->ended = true;
  }
  wake();
}

bool Feed::wait_open(int count) {
  State& state = *state_;
  const util::MutexLock lock(state.mutex);
  return wait_for(state.mutex, state.changed,
                  [&state, count]() ANNEX_REQUIRES(state.mutex) { return state.open == count; });
}

std::unique_ptr<http::BodySource> Feed::source() { return std::make_unique<FeedSource>(state_); }

void EchoService::serve(http::Request request, http::Respond respond) {
  ++served;
  chain_length = request.peer_chain ? request.peer_chain->size() : 0;
  const std::string& path = request.target.path;
  if (path == "/echo") {
    respond(http::Response::text(
        200, "text/plain", request.method + " " + path + " " + std::string(request.body.view())));
  } else if (path == "/big") {
    respond(http::Response::text(200, "text/plain", std::string(3 << 20, 'x')));
  } else if (path == "/feed") {
    http::Response response;
    response.body = feed.source();
    respond(std::move(response));
  } else if (path == "/endless") {
    http::Response response;
    response.body = endless.source();
    respond(std::move(response));
  } else if (path == "/hold") {
    const util::MutexLock lock(mutex_);
    held_.push_back(std::move(respond));
    changed_.notify_all();
  } else if (path == "/forget") {
    // Dropping the debt is what a fault above would do.
  } else if (path == "/upgrade") {
    http::Response response;
    response.body = http::Upgrade{"echo", std::make_unique<EchoDuplex>()};
    respond(std::move(response));
  } else {
    respond(http::Response::text(404, "text/plain", "none"));
  }
}

http::Response EchoService::refusal(const Error& error, int status) {
  return http::Response::text(status, "text/plain", error.message);
}

void EchoService::release() {
  std::vector<http::Respond> held;
  {
    const util::MutexLock lock(mutex_);
    held.swap(held_);
  }
  for (const http::Respond& respond : held) {
    respond(http::Response::text(200, "text/plain", "released"));
  }
}

bool EchoService::wait_held(std::size_t count) {
  const util::MutexLock lock(mutex_);
  return wait_for(mutex_, changed_,
                  [this, count]() ANNEX_REQUIRES(mutex_) { return held_.size() == count; });
}

namespace {

tls::Identity made(Result<tls::Identity> result) {
  REQUIRE(result);
  return *result;
}

}  // namespace

Fixture::Fixture(Limits limits, std::size_t io_threads)
    : Fixture([&](ListenerOptions& options) {
        options.limits = limits;
        options.io_threads = io_threads;
      }) {}

Fixture::Fixture(const std::function<void(ListenerOptions&)>& adjust, http::Service* other)
    : ca(made(tls::make_ca("ca", clock.wall_now() - std::chrono::hours(1),
                           clock.wall_now() + std::chrono::hours(24)))),
      client(made(tls::issue(ca, {{{"alice"}, {}},
                                  {},
                                  tls::Usage::kClient,
                                  clock.wall_now() - std::chrono::hours(1),
                                  clock.wall_now() + std::chrono::hours(24)}))) {
  const auto server = made(tls::issue(ca, {{{"server"}, {}},
                                           {"127.0.0.1"},
                                           tls::Usage::kServer,
                                           clock.wall_now() - std::chrono::hours(1),
                                           clock.wall_now() + std::chrono::hours(24)}));
  ListenerOptions options;
  options.bind_address = "127.0.0.1";
  options.certificates = {server.certificate.pem(), server.key.pem(), ca.certificate.pem(), {}};
  adjust(options);
  auto opened = Listener::open(options, other != nullptr ? *other : service, clock, logger);
  REQUIRE(opened);
  listener = std::move(opened).value();
}

int connect_to(const Fixture& fixture, int receive_buffer) {
  // A server that closes first must not end the test's process.
  std::signal(SIGPIPE, SIG_IGN);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (receive_buffer > 0) {
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(fixture.listener->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const timeval limit{kPatience.count(), 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

bool closed_by_peer(int socket) {
  char byte = 0;
  const ssize_t got = ::recv(socket, &byte, 1, 0);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

Client::Client(const Fixture& fixture, const char* protocol, bool with_certificate,
               int receive_buffer)
    : socket_(connect_to(fixture, receive_buffer)) {
  context_ = SSL_CTX_new(TLS_client_method());
  if (with_certificate) {
    const std::string pem = fixture.client.certificate.pem();
    const std::string key_pem = fixture.client.key.pem();
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    bio = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    SSL_CTX_use_certificate(context_, certificate);
    SSL_CTX_use_PrivateKey(context_, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ssl_ = SSL_new(context_);
  const std::string name(protocol);
  const std::string alpn = static_cast<char>(name.size()) + name;
  SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()),
                      static_cast<unsigned>(alpn.size()));
  SSL_set_fd(ssl_, socket_);
  REQUIRE(SSL_connect(ssl_) == 1);
}

Client::~Client() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  ::close(socket_);
}

bool Client::send(std::string_view text) {
  return text.empty() || SSL_write(ssl_, text.data(), static_cast<int>(text.size())) > 0;
}

void Client::send_end() { SSL_shutdown(ssl_); }

std::string Client::receive() {
  char buffer[65536];
  const int got = SSL_read(ssl_, buffer, sizeof buffer);
  if (got <= 0 && blocking_ && SSL_get_error(ssl_, got) == SSL_ERROR_WANT_READ) {
    FAIL_CHECK("the server neither said anything nor ended the connection");
  }
  return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

void Client::set_blocking(bool blocking) {
  blocking_ = blocking;
  const int flags = ::fcntl(socket_, F_GETFL);
  ::fcntl(socket_, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

bool Client::works() {
  send("GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  return !receive_until("GET /echo ").empty();
}

std::string Client::receive_until(std::string_view mark) {
  std::string all;
  while (mark.empty() || all.find(mark) == std::string::npos) {
    const std::string piece = receive();
    if (piece.empty()) break;
    all += piece;
  }
  return all;
}

bool closes_to(const Fixture& fixture, std::size_t count) {
  const auto until = std::chrono::steady_clock::now() + 2 * kPatience;
  while (fixture.listener->connections() != count) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

bool all_closed(Fixture& fixture) {
  fixture.clock.advance(std::chrono::seconds(3));
  // The last of them may be on its way out; what hangs is given up by moving the clock.
  auto empty = std::async(std::launch::async, [&fixture] {
    fixture.listener->drain(fixture.clock.now() + std::chrono::seconds(3));
    return fixture.listener->connections() == 0;
  });
  if (empty.wait_for(kPatience) != std::future_status::ready) {
    fixture.clock.advance(std::chrono::seconds(3));
  }
  return empty.get();
}

}  // namespace annex::transport::test
